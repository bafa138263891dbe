import type { ModelEvent } from '../../../form/events.ts';
import { child, isJson, type Json, numberAt, parseJson, residueOf, textAt } from '../../../form/json.ts';
import { isModelError, type ModelError } from '../../../form/model-error.ts';
import type { ModelUsage } from '../../../form/usage.ts';
import type { AwsFrame } from '../../../streaming/aws-event-stream.ts';
import type { DecodeContext, StreamDecoder } from '../../provider-dialect.ts';
import { readFinish } from '../finish.ts';
import { readUsage } from '../usage.ts';
import { decodeCitation } from './decode-block.ts';
import { frameError } from './decode-error.ts';
import { requestId } from './decode-response.ts';
import { StreamedBlocks } from './streamed-blocks.ts';

/** ConverseStream's frames (spec/providers 8.3). */
export function decodeStream(context: DecodeContext): StreamDecoder {
  const stream = new ConverseStream(context);
  return {
    push(frame) {
      if (frame.kind === 'aws') stream.read(frame);
      return stream.taken();
    },
    end() {
      stream.close();
      return stream.taken();
    },
  };
}

class ConverseStream {
  readonly #context: DecodeContext;
  readonly #blocks: StreamedBlocks;
  #events: ModelEvent[] = [];
  #isStarted = false;
  #isOver = false;
  /** `messageStop` came: the end waits for `metadata`, which may stand on either side of it. */
  #stop: Json | null = null;
  #metadata: Json | null = null;
  #usage: ModelUsage | null = null;

  constructor(context: DecodeContext) {
    this.#context = context;
    this.#blocks = new StreamedBlocks(context, (event) => this.#emit(event));
  }

  taken(): readonly ModelEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  read(frame: AwsFrame): void {
    if (this.#isOver) return;
    const error = frameError(frame);
    if (error) {
      this.#fail(error);
      return;
    }
    const payload = parseJson(Buffer.from(frame.payload).toString());
    if (isJson(payload)) this.#event(frame.headers.get(':event-type') ?? '', payload);
  }

  close(): void {
    if (this.#isOver) return;
    if (this.#stop) this.#finish(this.#stop);
    else this.#fail(broken('Amazon Bedrock ended its answer without saying that it was complete.', null));
  }

  #event(type: string, payload: Json): void {
    switch (type) {
      case 'messageStart':
        this.#start();
        break;
      case 'contentBlockStart':
      case 'contentBlockDelta':
      case 'contentBlockStop':
        // After the stop nothing more belongs to the message.
        if (!this.#stop) this.#block(type, numberAt(payload, 'contentBlockIndex') ?? 0, payload);
        break;
      case 'messageStop':
        this.#stop ??= payload;
        if (this.#metadata) this.#finish(this.#stop);
        break;
      case 'metadata':
        this.#metadata = { ...this.#metadata, ...payload };
        this.#usage = readUsage(child(payload, 'usage')) ?? this.#usage;
        if (this.#stop) this.#finish(this.#stop);
        break;
      default:
      // A kind of event that is newer than this.
    }
  }

  #block(type: string, at: number, payload: Json): void {
    const delta = child(payload, 'delta');
    if (type === 'contentBlockStop') this.#blocks.stop(at);
    else if (type === 'contentBlockStart') this.#blocks.start(at, child(payload, 'start') ?? {});
    else if (delta) {
      const citation = child(delta, 'citation');
      if (citation) this.#blocks.citation(at, decodeCitation(citation));
      const fault = this.#blocks.delta(at, delta);
      if (fault !== null) this.#fail(broken(fault, payload));
    }
  }

  #start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#events.push({ kind: 'start', id: requestId(this.#context), model: null, created: null });
  }

  /** Some send no `messageStart`. */
  #emit(event: ModelEvent): void {
    this.#start();
    this.#events.push(event);
  }

  #finish(stop: Json): void {
    const finish = readFinish({
      reason: textAt(stop, 'stopReason'),
      fields: child(stop, 'additionalModelResponseFields'),
      hasCalls: this.#blocks.hasCalls,
      usedOutputTool: this.#blocks.usedOutputTool,
      stop: this.#context.request.parameters.stop,
    });
    if (isModelError(finish)) {
      this.#fail(finish);
      return;
    }
    this.#blocks.finish();
    if (this.#usage) this.#emit({ kind: 'usage', usage: this.#usage });
    const rest = {
      ...residueOf(stop, ['stopReason', PADDING]),
      ...residueOf(this.#metadata ?? {}, ['usage', PADDING]),
    };
    const residue =
      Object.keys(rest).length > 0 ? { residue: { dialect: 'converse', value: rest } as const } : {};
    this.#emit({ kind: 'end', finish, ...residue });
    this.#isOver = true;
  }

  #fail(error: ModelError): void {
    this.#emit({ kind: 'failed', error });
    this.#isOver = true;
  }
}

/** Frames are filled up with it to hide their length. */
const PADDING = 'p';

const broken = (message: string, raw: Json | null): ModelError => ({
  kind: 'error',
  class: 'upstream',
  message,
  status: 502,
  code: null,
  parameter: null,
  raw,
});
