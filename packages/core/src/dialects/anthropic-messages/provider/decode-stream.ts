import type { ModelEvent } from '../../../form/events.ts';
import { child, isJson, type Json, listAt, parseJson, textAt } from '../../../form/json.ts';
import type { ModelError } from '../../../form/model-error.ts';
import { headerMap } from '../../../http/header-map.ts';
import { ownValue } from '../../../own-value.ts';
import { failure, unfinished } from '../../decoding-failures.ts';
import type { DecodeContext, Frame, StreamDecoder } from '../../provider-dialect.ts';
import { readErrorBody, readUpstreamError } from '../../upstream-error.ts';
import { readStop } from '../stop-reason.ts';
import { readUsage } from '../usage.ts';
import { BlockReader } from './block-reader.ts';
import { residueIn } from './decode-block.ts';

/** Reads the stream of spec/providers 6.3, as server-sent events or in Bedrock's frames (8.4). */
export const decodeStream = (context: DecodeContext): StreamDecoder => new MessagesStreamDecoder(context);

const START_KNOWN = [
  'id',
  'type',
  'role',
  'model',
  'content',
  'stop_reason',
  'stop_sequence',
  'stop_details',
  'usage',
];

/** Events that belong to an answer and so begin it, if nothing has. */
const STEPS = new Set<unknown>([
  'content_block_start',
  'content_block_delta',
  'content_block_stop',
  'message_delta',
  'message_stop',
]);

class MessagesStreamDecoder implements StreamDecoder {
  readonly #blocks: BlockReader;
  #events: ModelEvent[] = [];
  #id: string | null = null;
  #hasStarted = false;
  #isOver = false;
  /** All counts so far. A later one goes before an earlier one, which it may correct. */
  #usage: Json = {};
  #stopped: Json | null = null;
  #afterwards: Json = {};

  constructor(context: DecodeContext) {
    this.#blocks = new BlockReader(context, (event) => this.#events.push(event));
  }

  push(frame: Frame): readonly ModelEvent[] {
    if (!this.#isOver) this.#readFrame(frame);
    return this.#taken();
  }

  end(): readonly ModelEvent[] {
    if (this.#isOver) return [];
    // A stop reason is the signal of the end; the `message_stop` behind it says nothing new.
    if (this.#stopped) this.#finish();
    else this.#fail(unfinished(null));
    return this.#taken();
  }

  #taken(): readonly ModelEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #readFrame(frame: Frame): void {
    const event = frame.kind === 'aws' ? this.#unwrapped(frame) : parseJson(textOf(frame));
    if (isJson(event)) this.#read(event);
  }

  /** Bedrock's frame around an event; exceptions are frames of their own (spec/providers 8.3). */
  #unwrapped({ headers, payload }: Extract<Frame, { kind: 'aws' }>): unknown {
    const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString();
    const exception = headers.get(':exception-type') ?? headers.get(':error-code');
    if (exception !== undefined || headers.get(':message-type') === 'exception') {
      this.#fail(exceptionError(exception ?? '', headers.get(':error-message') ?? text));
      return null;
    }
    const chunk = parseJson(text);
    return parseJson(Buffer.from((isJson(chunk) && textAt(chunk, 'bytes')) || '', 'base64').toString());
  }

  #read(event: Json): void {
    if (event.type === 'message_start') {
      this.#start(child(event, 'message') ?? {});
      return;
    }
    if (!STEPS.has(event.type)) {
      // Pings and what is new pass by; an error may come in any shape, after a good status too.
      const error = readErrorBody(event, null);
      if (error) this.#fail(error);
      return;
    }
    if (!this.#hasStarted) this.#start({});
    this.#step(event);
  }

  #step(event: Json): void {
    switch (event.type) {
      case 'content_block_start':
        this.#blocks.start(event.index, child(event, 'content_block') ?? {});
        break;
      case 'content_block_delta':
        if (!this.#blocks.delta(event.index, child(event, 'delta') ?? {})) this.#fail(WENT_ON);
        break;
      case 'content_block_stop':
        this.#blocks.stop(event.index);
        break;
      case 'message_delta':
        this.#change(event);
        break;
      default:
        this.#finish();
    }
  }

  /** A second start of the same answer is noise. Of another it is another answer inside this one. */
  #start(message: Json): void {
    const id = textAt(message, 'id');
    if (this.#hasStarted) {
      if (id !== null && this.#id !== null && id !== this.#id) this.#fail(SPLICED);
      return;
    }
    this.#hasStarted = true;
    this.#id = id;
    this.#usage = said(child(message, 'usage'));
    const usage = readUsage(this.#usage);
    if (textAt(message, 'stop_reason') !== null) this.#stopped = message;
    this.#events.push({
      kind: 'start',
      id,
      model: textAt(message, 'model'),
      created: null,
      ...(usage ? { usage } : {}),
      ...residueIn(message, START_KNOWN),
    });
    // Some servers write a whole answer here.
    listAt(message, 'content')
      .filter(isJson)
      .forEach((block, index) => {
        this.#blocks.start(index, block);
        this.#blocks.stop(index);
      });
  }

  #change(event: Json): void {
    const { type: _, delta: __, usage: ___, ...beside } = event;
    const delta = said(child(event, 'delta'));
    this.#usage = { ...this.#usage, ...said(child(event, 'usage')) };
    const { stop_reason, stop_sequence: _sequence, stop_details: _details, ...rest } = delta;
    this.#afterwards = { ...this.#afterwards, ...rest, ...said(beside) };
    if (stop_reason === undefined && !this.#stopped) return;
    this.#stopped = { ...this.#stopped, ...delta };
  }

  #finish(): void {
    this.#blocks.close();
    const usage = readUsage(this.#usage);
    if (usage) this.#events.push({ kind: 'usage', usage });
    this.#events.push({
      kind: 'end',
      finish: readStop(this.#stopped ?? {}, {
        calls: this.#blocks.hasCalls,
      }),
      ...residueIn(this.#afterwards, []),
    });
    this.#isOver = true;
  }

  #fail(error: ModelError): void {
    this.#events.push({ kind: 'failed', error });
    this.#isOver = true;
  }
}

const textOf = (frame: Exclude<Frame, { kind: 'aws' }>) => (frame.kind === 'sse' ? frame.data : frame.text);

/** Members that are null are absent, so that they do not hide what was said before. */
const said = (value: Json | null): Json =>
  Object.fromEntries(Object.entries(value ?? {}).filter(([, member]) => member !== null));

const broken = (message: string) => failure('upstream', message, null, null);
const WENT_ON = broken('The provider went on with a tool call that it had ended.');
const SPLICED = broken('The provider began another answer inside this one.');

const exceptionError = (type: string, text: string): ModelError =>
  readUpstreamError({ status: statusOf(type), headers: headerMap([['x-amzn-errortype', type]]), text });

/** spec/providers 8.5: in a stream the status is only the exception's name. */
const STATUSES: Readonly<Record<string, number>> = {
  validationexception: 400,
  modeltimeoutexception: 408,
  modelerrorexception: 424,
  modelstreamerrorexception: 424,
  throttlingexception: 429,
  internalserverexception: 500,
  serviceunavailableexception: 503,
};
const statusOf = (type: string) => ownValue(STATUSES, type.toLowerCase()) ?? 500;
