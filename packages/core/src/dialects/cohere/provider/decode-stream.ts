import { child, isJson, type Json, numberAt, parseJson, residueOf, textAt } from '../../../form/json.ts';
import { BlockWriter } from '../../block-writer.ts';
import { unfinished } from '../../decoding-failures.ts';
import type { DecodeContext, Frame, StreamDecoder } from '../../provider-dialect.ts';
import { readErrorBody } from '../../upstream-error.ts';
import { failedFinish, logprobsOf, PLAN } from '../answer.ts';
import { CallArguments } from '../call-arguments.ts';
import { type CitedText, citedText, readCitation } from '../citations.ts';
import { finishReason } from '../finish.ts';
import { cohereUsage } from '../usage.ts';

/** The events of a streamed `v2/chat` (spec/providers 10). `message-end` ends it and brings the counts. */
export const decodeStream = (context: DecodeContext): StreamDecoder => new CohereStream(context);

interface OpenCall {
  readonly index: number;
  readonly args: CallArguments;
}

class CohereStream implements StreamDecoder {
  readonly #context: DecodeContext;
  readonly #writer = new BlockWriter();
  /** By Cohere's number. */
  readonly #calls = new Map<number, OpenCall>();
  /** The text that is open, whole, for the places of its citations. */
  #open: CitedText | null = null;
  #text: string[] = [];
  /** Citations that came when their text was not open. */
  #citations: Json[] = [];

  constructor(context: DecodeContext) {
    this.#context = context;
  }

  push(frame: Frame) {
    const event = frame.kind === 'aws' ? null : parseJson(frame.kind === 'sse' ? frame.data : frame.text);
    if (isJson(event) && !this.#writer.isOver) this.#take(event);
    return this.#writer.take();
  }

  end() {
    this.#writer.fail(unfinished(null));
    return this.#writer.take();
  }

  #take(event: Json) {
    const error = readErrorBody(event, null);
    if (error) return this.#writer.fail(error);
    const delta = child(event, 'delta');
    const message = child(delta, 'message');
    const type = textAt(event, 'type');
    if (type === null) return;
    this.#writer.start({ id: textAt(event, 'id'), model: textAt(event, 'model'), created: null });
    switch (type) {
      case 'content-start':
        // A new part is a new block, of whatever kind.
        this.#closeText();
        return this.#content(event, child(message, 'content'));
      case 'content-delta':
        return this.#content(event, child(message, 'content'));
      case 'tool-plan-delta':
        return this.#write('tool-plan', textAt(message, 'tool_plan') ?? '', event);
      case 'tool-call-start':
        return this.#startCall(numberAt(event, 'index') ?? 0, child(message, 'tool_calls'));
      case 'tool-call-delta':
        return this.#continueCall(numberAt(event, 'index') ?? 0, child(message, 'tool_calls'));
      case 'tool-call-end':
        return this.#endCall(numberAt(event, 'index') ?? 0);
      case 'citation-start':
        return this.#cite(child(message, 'citations'));
      case 'message-end':
        return this.#finish(delta ?? {}, event);
      default:
        // `content-end` too: citations of the text may come after it.
        return;
    }
  }

  #content(event: Json, content: Json | null) {
    this.#write('thinking', textAt(content, 'thinking') ?? '', event);
    this.#write('text', textAt(content, 'text') ?? '', event);
  }

  #write(kind: CitedText, text: string, event: Json) {
    if (text === '') return;
    if (this.#open !== kind) this.#closeText();
    this.#open = kind;
    this.#text.push(text);
    const entry = kind === 'text' ? child(event, 'logprobs') : null;
    this.#writer.text(
      kind === 'thinking' ? 'reasoning' : 'text',
      text,
      entry ? logprobsOf([entry]) : undefined,
    );
    // Whatever calls were open are closed by now.
    this.#calls.clear();
  }

  #closeText() {
    this.#writer.closeText(this.#open === 'tool-plan' ? PLAN : undefined);
    this.#open = null;
    this.#text = [];
  }

  #cite(citation: Json | null) {
    if (!citation) return;
    if (citedText(citation) === this.#open && this.#open !== 'thinking')
      this.#writer.citation(readCitation(citation, this.#text.join('')));
    else this.#citations.push(citation);
  }

  #startCall(number: number, call: Json | null) {
    const called = child(call, 'function');
    const name = textAt(called, 'name');
    if (!name) return;
    this.#endCall(number);
    this.#closeText();
    const index = this.#writer.openCall({
      id: textAt(call, 'id') || this.#context.newId('call_'),
      name: this.#context.names.fromWire(name),
    });
    this.#calls.set(number, { index, args: new CallArguments() });
    this.#continueCall(number, call);
  }

  #continueCall(number: number, call: Json | null) {
    const open = this.#calls.get(number);
    const piece = textAt(child(call, 'function'), 'arguments');
    if (open && piece) this.#writer.callArguments(open.index, open.args.push(piece));
  }

  #endCall(number: number) {
    const open = this.#calls.get(number);
    if (open) this.#writer.closeCall(open.index);
    this.#calls.delete(number);
  }

  #finish(delta: Json, event: Json) {
    const raw = textAt(delta, 'finish_reason');
    const failed = failedFinish(raw, textAt(delta, 'error'), this.#writer.hasCalls, event);
    if (failed) return this.#writer.fail(failed);
    this.#closeText();
    const usage = cohereUsage(child(delta, 'usage'));
    const own = residueOf(delta, ['finish_reason', 'usage']);
    const value = { ...own, ...(this.#citations.length > 0 ? { citations: this.#citations } : {}) };
    this.#writer.end(
      {
        finish: { reason: finishReason(raw, this.#writer.hasCalls), raw },
        ...(Object.keys(value).length > 0 ? { residue: { dialect: 'cohere', value } } : {}),
      },
      usage && { kind: 'usage', usage },
    );
  }
}
