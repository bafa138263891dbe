import type { TokenLogprob } from '../../../form/blocks.ts';
import { child, isJson, type Json, listAt, parseJson, textAt } from '../../../form/json.ts';
import { BlockWriter } from '../../block-writer.ts';
import { malformedCall, unfinished } from '../../decoding-failures.ts';
import type { DecodeContext, Frame, StreamDecoder } from '../../provider-dialect.ts';
import { readErrorBody } from '../../upstream-error.ts';
import { isMalformedCall } from '../finish.ts';
import { isStreamedCall, StreamedCall } from '../partial-arguments.ts';
import { blocksOfPart, logprobsOf } from '../parts.ts';
import { candidateOf, finishOf, identityOf, residueOfAnswer, usageOf } from './answer.ts';
import { StreamBlocks } from './stream-blocks.ts';

/**
 * A stream of `GenerateContentResponse`s whose parts are increments (spec/providers 7.3). It has no terminator: the end
 * is written when the provider closes, and only if a `finishReason` or a blocked prompt came before.
 */
export const decodeStream = (context: DecodeContext): StreamDecoder => new GeminiStream(context);

class GeminiStream implements StreamDecoder {
  readonly #context: DecodeContext;
  readonly #writer = new BlockWriter();
  readonly #blocks = new StreamBlocks(this.#writer);
  /** Fields of the answer and of its candidate, the last word on each. */
  #answer: Json = {};
  #candidate: Json | null = null;
  #streamed: StreamedCall | null = null;

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
    this.#blocks.end(child(this.#candidate, 'groundingMetadata'));
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
    else for (const block of blocksOfPart(part, this.#context)) this.#blocks.write(block, logprobs);
  }

  #endStreamedCall(): void {
    const part = this.#streamed?.part();
    this.#streamed = null;
    if (part) for (const block of blocksOfPart(part, this.#context)) this.#blocks.write(block, null);
  }
}

const withoutNulls = (fields: Json): Json =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
