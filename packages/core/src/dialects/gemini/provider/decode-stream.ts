import type { AssistantBlock, ReasoningBlock, TokenLogprob } from '../../../form/blocks.ts';
import { child, isJson, type Json, listAt, parseJson, textAt } from '../../../form/json.ts';
import { residueFor } from '../../../form/provenance.ts';
import { BlockWriter } from '../../block-writer.ts';
import { malformedCall, unfinished } from '../../decoding-failures.ts';
import type { DecodeContext, Frame, StreamDecoder } from '../../provider-dialect.ts';
import { readErrorBody } from '../../upstream-error.ts';
import { groundingCitations } from '../citations.ts';
import { isMalformedCall } from '../finish.ts';
import { isStreamedCall, StreamedCall } from '../partial-arguments.ts';
import { blocksOfPart, logprobsOf } from '../parts.ts';
import { candidateOf, finishOf, identityOf, residueOfAnswer, usageOf } from './answer.ts';

/**
 * A stream of `GenerateContentResponse`s whose parts are increments (spec/providers 7.3). It has no terminator: the end
 * is written when the provider closes, and only if a `finishReason` or a blocked prompt came before.
 */
export const decodeStream = (context: DecodeContext): StreamDecoder => new GeminiStream(context);

class GeminiStream implements StreamDecoder {
  readonly #context: DecodeContext;
  readonly #writer = new BlockWriter();
  /** Fields of the answer and of its candidate, the last word on each. */
  #answer: Json = {};
  #candidate: Json | null = null;
  #streamed: StreamedCall | null = null;
  /** Seals of the open text: held back, because citations of that text may still come. */
  #seals: AssistantBlock[] = [];
  /** Of the open text, for citations. */
  #text: string[] = [];

  constructor(context: DecodeContext) {
    this.#context = context;
  }

  push(frame: Frame) {
    const chunk = frame.kind === 'aws' ? null : parseJson(frame.kind === 'sse' ? frame.data : frame.text);
    if (isJson(chunk)) this.#take(chunk);
    return this.#writer.take();
  }

  end() {
    const writer = this.#writer;
    if (writer.isOver) return [];
    this.#endStreamedCall();
    this.#cite();
    this.#closeText();
    const feedback = child(this.#answer, 'promptFeedback');
    const isBlocked = !this.#candidate && textAt(feedback, 'blockReason') !== null;
    if (!isBlocked && textAt(this.#candidate, 'finishReason') === null) {
      writer.fail(unfinished(null));
      return writer.take();
    }
    const usage = usageOf(child(this.#answer, 'usageMetadata'), this.#candidate);
    const residue = residueOfAnswer(this.#answer, this.#candidate);
    writer.end(
      {
        finish: finishOf(this.#candidate, feedback, writer.hasCalls),
        ...(residue ? { residue } : {}),
      },
      usage && { kind: 'usage', usage },
    );
    return writer.take();
  }

  #take(chunk: Json) {
    if (this.#writer.isOver) return;
    const error = readErrorBody(chunk, null);
    if (error) return this.#writer.fail(error);
    const { candidates: _, ...fields } = chunk;
    this.#answer = { ...this.#answer, ...withoutNulls(fields) };
    if (!this.#writer.hasStarted) {
      const usage = usageOf(child(chunk, 'usageMetadata'), null);
      this.#writer.start({ ...identityOf(chunk), ...(usage ? { usage } : {}) });
    }
    const candidate = candidateOf(chunk);
    if (candidate) this.#takeCandidate(candidate, chunk);
  }

  #takeCandidate(candidate: Json, chunk: Json) {
    const { content, ...fields } = candidate;
    this.#candidate = { ...this.#candidate, ...withoutNulls(fields) };
    const raw = textAt(candidate, 'finishReason');
    if (isMalformedCall(raw))
      return this.#writer.fail(malformedCall(raw ?? '', textAt(candidate, 'finishMessage'), chunk));
    const logprobs = logprobsOf(candidate);
    for (const part of listAt(isJson(content) ? content : null, 'parts'))
      if (isJson(part)) this.#takePart(part, logprobs);
  }

  #takePart(part: Json, logprobs: readonly TokenLogprob[] | null): void {
    const call = child(part, 'functionCall');
    if (call && this.#streamed && !('name' in call)) {
      this.#streamed.take(part, call);
      if (call.willContinue !== true) this.#endStreamedCall();
      return;
    }
    if (call) this.#endStreamedCall();
    if (call && isStreamedCall(call)) this.#streamed = new StreamedCall(part, call);
    else for (const block of blocksOfPart(part, this.#context)) this.#write(block, logprobs);
  }

  #endStreamedCall(): void {
    const part = this.#streamed?.part();
    this.#streamed = null;
    if (part) for (const block of blocksOfPart(part, this.#context)) this.#write(block, null);
  }

  #write(block: AssistantBlock, logprobs: readonly TokenLogprob[] | null) {
    const writer = this.#writer;
    if (block.kind === 'reasoning') return this.#writeReasoning(block);
    const runsOn = block.kind === 'text' && !block.residue;
    if (!runsOn || writer.openText !== 'text' || this.#seals.length > 0) this.#closeText();
    if (!runsOn) return writer.whole(block);
    writer.text('text', block.text, logprobs ?? undefined);
    this.#text.push(block.text);
  }

  #writeReasoning(block: ReasoningBlock) {
    const writer = this.#writer;
    if (block.text === '' && writer.openText === 'text') {
      // Its part is a piece of the open text, which then is what it seals.
      const { residue: _, ...seal } = block;
      this.#seals.push(seal);
      return;
    }
    const isSeal = block.text === '' && !('thought' in residueFor('gemini', block.residue));
    if (writer.openText !== 'reasoning' || isSeal) this.#closeText();
    if (isSeal) return writer.whole(block);
    writer.text('reasoning', block.text);
    if (!block.proof) return;
    writer.proof(block.proof);
    writer.closeText(block.residue);
  }

  #closeText(): void {
    this.#writer.closeText();
    this.#text = [];
    const seals = this.#seals;
    this.#seals = [];
    for (const seal of seals) this.#writer.whole(seal);
  }

  /**
   * On the last text, as it is at the end: grounding comes with the last chunk or repeats itself. Its offsets count from
   * the beginning of the open text, since the parts of a stream are pieces of one.
   */
  #cite(): void {
    const grounding = child(this.#candidate, 'groundingMetadata');
    if (!grounding || this.#writer.openText !== 'text') return;
    for (const citation of groundingCitations(grounding, this.#text.join(''), () => true))
      this.#writer.citation(citation);
  }
}

const withoutNulls = (fields: Json): Json =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
