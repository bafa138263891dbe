import type { ModelEvent } from '../../../form/events.ts';
import { child, isJson, type Json, parseJson, residueOf } from '../../../form/json.ts';
import type { ModelUsage } from '../../../form/usage.ts';
import { BlockWriter } from '../../block-writer.ts';
import { unfinished } from '../../decoding-failures.ts';
import type { DecodeContext, Frame, StreamDecoder } from '../../provider-dialect.ts';
import { readErrorBody } from '../../upstream-error.ts';
import { callsOf, finishOf, responseText } from '../answer.ts';
import { workersAiUsage } from '../usage.ts';

const DONE = '[DONE]';
/** `p` is padding against eavesdroppers who measure. */
const CHUNK = ['response', 'tool_calls', 'usage', 'p'];

/**
 * Workers AI's own stream, ended by `[DONE]`; or, as the first chunk tells, the one of a newer model in OpenAI's shape.
 */
export class WorkersAiStream implements StreamDecoder {
  readonly #context: DecodeContext;
  readonly #openAi: () => StreamDecoder;
  readonly #writer = new BlockWriter();
  #relay: StreamDecoder | null = null;
  #usage: ModelUsage | null = null;
  #residue: Json = {};
  #isDone = false;

  constructor(context: DecodeContext, openAi: () => StreamDecoder) {
    this.#context = context;
    this.#openAi = openAi;
  }

  push(frame: Frame): readonly ModelEvent[] {
    if (this.#relay) return this.#relay.push(frame);
    if (frame.kind === 'aws' || this.#isDone) return [];
    const data = frame.kind === 'sse' ? frame.data : frame.text;
    if (data.trim() === DONE) {
      this.#isDone = true;
      return this.#finish();
    }
    const chunk = parseJson(data);
    if (!isJson(chunk) || this.#writer.isOver) return [];
    if (Array.isArray(chunk.choices) && !this.#writer.hasStarted) {
      this.#relay = this.#openAi();
      return this.#relay.push(frame);
    }
    this.#take(chunk);
    return this.#writer.take();
  }

  end(): readonly ModelEvent[] {
    if (this.#relay) return this.#relay.end();
    if (!this.#isDone) this.#writer.fail(unfinished(null));
    return this.#writer.take();
  }

  #take(chunk: Json): void {
    const error = readErrorBody(chunk, null);
    if (error) {
      this.#writer.fail(error);
      return;
    }
    this.#writer.start({ id: null, model: null, created: null });
    this.#writer.text('text', responseText(chunk.response));
    for (const call of callsOf(chunk, this.#context)) this.#writer.whole(call);
    this.#usage = workersAiUsage(child(chunk, 'usage')) ?? this.#usage;
    this.#residue = { ...this.#residue, ...residueOf(chunk, CHUNK) };
  }

  #finish(): readonly ModelEvent[] {
    const writer = this.#writer;
    writer.start({ id: null, model: null, created: null });
    const usage = this.#usage;
    writer.end(
      {
        finish: finishOf(writer.hasCalls, usage, this.#context),
        ...(Object.keys(this.#residue).length > 0
          ? { residue: { dialect: 'workers-ai', value: this.#residue } }
          : {}),
      },
      usage && { kind: 'usage', usage },
    );
    return writer.take();
  }
}
