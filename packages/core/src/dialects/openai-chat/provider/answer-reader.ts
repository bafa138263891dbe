import type { AudioBlock } from '../../../form/blocks.ts';
import type { ModelEvent } from '../../../form/events.ts';
import { child, isJson, type Json, listAt, numberAt, textAt } from '../../../form/json.ts';
import { readUrl } from '../../../form/media.ts';
import { isModelError, type ModelError } from '../../../form/model-error.ts';
import type { Residue } from '../../../form/provenance.ts';
import type { Finish } from '../../../form/response.ts';
import type { DecodeContext } from '../../provider-dialect.ts';
import { readErrorBody } from '../../upstream-error.ts';
import { readAnnotation, readLogprobs } from '../annotations.ts';
import { readFinish } from '../finish.ts';
import { detailsAt } from '../reasoning-details.ts';
import { readUsage } from '../usage.ts';
import { AudioPieces } from './audio-pieces.ts';
import { markedCitations } from './citation-marks.ts';
import type { ChatDeviations } from './deviations.ts';
import { customToolNames } from './encode-tools.ts';
import { BlockStream } from './stream-blocks.ts';
import { CallStream } from './stream-calls.ts';

/** Members of a message or a delta that are read. */
export const MESSAGE_MEMBERS = [
  'role',
  'content',
  'refusal',
  'reasoning',
  'reasoning_content',
  'reasoning_details',
  'tool_calls',
  'function_call',
  'annotations',
  'audio',
  'images',
] as const;
const MESSAGE = new Set<string>(MESSAGE_MEMBERS);
const CHOICE = new Set(['index', 'message', 'delta', 'finish_reason', 'logprobs', 'usage']);
/** `obfuscation` is padding (spec/providers 4.3). */
const ANSWER = new Set(['id', 'object', 'created', 'model', 'choices', 'usage', 'obfuscation', 'error']);

/**
 * Reads chat answers, a chunk at a time or whole, which is one chunk. Never throws: what is not as expected is as if it
 * were not there. The end waits for the stream's own, because usage, or an error, may follow the finish reason
 * (spec/providers 2.1).
 */
export class AnswerReader {
  readonly #context: DecodeContext;
  readonly #deviations: ChatDeviations;
  readonly #blocks: BlockStream;
  readonly #calls: CallStream;
  readonly #audio = new AudioPieces();
  #events: ModelEvent[] = [];
  #isStarted = false;
  #isOver = false;
  #identity: { id: string | null; model: string | null; created: number | null } = {
    id: null,
    model: null,
    created: null,
  };
  #rawFinish: string | null = null;
  #usage: Json | null = null;
  #thoughts = '';
  /** What the form has no field for, by its place. */
  readonly #answer: Record<string, unknown> = {};
  readonly #choice: Record<string, unknown> = {};
  readonly #message: Record<string, unknown> = {};

  constructor(context: DecodeContext, deviations: ChatDeviations) {
    this.#context = context;
    this.#deviations = deviations;
    this.#blocks = new BlockStream(
      (event) => this.#events.push(event),
      (text) => (deviations.citationMarks ? markedCitations(text, this.#answer) : []),
    );
    this.#calls = new CallStream(this.#blocks, {
      fromWire: (name) => context.names.fromWire(name),
      customTools: customToolNames(context.request),
      newId: (prefix) => context.newId(prefix),
    });
  }

  /** The events since the last call. */
  take(): readonly ModelEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** @param value a parsed event, of any shape. */
  read(value: unknown): void {
    if (this.#isOver) return;
    const choices = isJson(value) ? value.choices : undefined;
    if (!isJson(value) || !Array.isArray(choices) || (value.error ?? null) !== null) {
      const error = readErrorBody(value, null);
      if (error) this.fail(error);
      // Usage may come without any `choices`.
      else if (isJson(value)) this.#readFacts(value);
      return;
    }
    this.#readFacts(value);
    const choice: unknown = choices[0];
    if (!isJson(choice)) return;
    this.#start();
    this.#readChoice(choice);
    // Perplexity's last chunk; it sends no `[DONE]`.
    if (value.object === 'chat.completion.done') this.done();
  }

  /** The provider said that this was all. */
  done(): void {
    this.#end(this.#rawFinish !== null || !this.#blocks.isEmpty || this.#calls.any);
  }

  /** The answer is over, whether or not the provider said so. */
  close(): void {
    this.#end(this.#rawFinish !== null);
  }

  /** A whole answer is over in any case: its end is the body's. */
  closeWhole(): void {
    this.#end(this.#isStarted);
  }

  fail(error: ModelError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#events.push({ kind: 'failed', error });
  }

  #readFacts(chunk: Json): void {
    const { id, model, created } = this.#identity;
    if (!this.#isStarted)
      this.#identity = {
        id: id ?? (textAt(chunk, 'id') || null),
        model: model ?? (textAt(chunk, 'model') || null),
        created: created ?? (numberAt(chunk, 'created') || null),
      };
    this.#usage = child(chunk, 'usage') ?? child(child(chunk, 'x_groq'), 'usage') ?? this.#usage;
    keepRest(chunk, ANSWER, this.#answer);
  }

  #start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    const residue = residueOrNothing({ ...this.#answer });
    this.#events.push({ kind: 'start', ...this.#identity, ...residue });
  }

  #readChoice(choice: Json): void {
    // A whole answer to a request for a stream has its message here.
    const message = child(choice, 'delta') ?? (this.#blocks.isEmpty ? child(choice, 'message') : null);
    if (message) this.#readMessage(message, listAt(child(choice, 'logprobs'), 'content'));
    this.#rawFinish = textAt(choice, 'finish_reason') ?? this.#rawFinish;
    this.#usage = child(choice, 'usage') ?? this.#usage;
    keepRest(choice, CHOICE, this.#choice);
  }

  #readMessage(message: Json, logprobs: readonly unknown[]): void {
    this.#readThoughts(message);
    this.#readContent(message.content, logprobs);
    this.#blocks.words('refusal', textAt(message, 'refusal') ?? '');
    for (const annotation of listAt(message, 'annotations'))
      if (isJson(annotation)) this.#blocks.citation(readAnnotation(annotation));
    for (const image of listAt(message, 'images')) this.#readImage(image);
    const audio = child(message, 'audio');
    if (audio) this.#audio.add(audio);
    const calls = listAt(message, 'tool_calls');
    if (calls.length > 0) this.#calls.add(calls);
    const oldCall = child(message, 'function_call');
    if (oldCall) this.#calls.add([{ index: -1, function: oldCall }]);
    keepRest(message, MESSAGE, this.#message);
  }

  /** Some servers send both names of one field. */
  #readThoughts(message: Json): void {
    const details = detailsAt(message);
    const said =
      textAt(message, 'reasoning_content') ||
      textAt(message, 'reasoning') ||
      (details.length > 0 ? detailsText(details) : '');
    if (said !== '' && !this.#isRepeated(said)) this.#blocks.words('reasoning', said);
    if (details.length > 0) this.#blocks.details(details.filter(isJson));
  }

  #isRepeated(said: string): boolean {
    if (!this.#deviations.repeatsReasoning) return false;
    const isAllAgain = said === this.#thoughts && this.#thoughts.length > REPEAT_LENGTH;
    if (!isAllAgain) this.#thoughts += said;
    return isAllAgain;
  }

  #readContent(content: unknown, logprobs: readonly unknown[]): void {
    if (typeof content === 'string')
      this.#blocks.words('text', content, logprobs.length > 0 ? readLogprobs(logprobs) : []);
    else if (typeof content === 'number') this.#blocks.words('text', String(content));
    else if (Array.isArray(content)) for (const part of content) this.#readPart(part);
  }

  /** Mistral's content may be a list, in deltas too. */
  #readPart(part: unknown): void {
    if (typeof part === 'string') this.#blocks.words('text', part);
    if (!isJson(part)) return;
    switch (part.type) {
      case 'thinking':
        this.#blocks.words('reasoning', thinkingText(part.thinking));
        return;
      case 'refusal':
        this.#blocks.words('refusal', textAt(part, 'refusal') ?? '');
        return;
      case 'image_url':
        this.#readImage(part);
        return;
      default:
        this.#blocks.words('text', textAt(part, 'text') ?? '');
    }
  }

  #readImage(image: unknown): void {
    const holder = isJson(image) ? image : null;
    const url = textAt(child(holder, 'image_url'), 'url') ?? textAt(holder, 'image_url');
    const source = url === null ? null : readUrl(url);
    if (source) this.#blocks.whole({ kind: 'image', source });
  }

  #end(isComplete: boolean): void {
    if (this.#isOver) return;
    if (!isComplete) {
      this.fail(UNFINISHED);
      return;
    }
    this.#start();
    const hasCalls = this.#calls.any;
    if (!this.#calls.finish()) {
      this.fail(NAMELESS);
      return;
    }
    const audio: AudioBlock | null = this.#audio.block(this.#context.request);
    if (audio) this.#blocks.whole(audio);
    this.#blocks.finish();
    const usage = this.#usage && readUsage(this.#usage, this.#deviations);
    const finish = this.#finish(hasCalls);
    if (isModelError(finish)) {
      this.fail(finish);
      return;
    }
    this.#isOver = true;
    if (usage) this.#events.push({ kind: 'usage', usage });
    this.#events.push({ kind: 'end', finish, ...this.#endResidue() });
  }

  #finish(calls: boolean): (Finish & { readonly kind?: never }) | ModelError {
    const finish = readFinish(this.#rawFinish, { calls, refusal: this.#blocks.hasRefusal });
    if ('kind' in finish || finish.reason !== 'blocked-output') return finish;
    const details = child(this.#choice, 'content_filter_results');
    return details ? { ...finish, details } : finish;
  }

  #endResidue(): { readonly residue?: Residue } {
    const message = Object.keys(this.#message).length > 0 ? { message: this.#message } : {};
    const inside = { ...this.#choice, ...message };
    const choices = Object.keys(inside).length > 0 ? { choices: [inside] } : {};
    return residueOrNothing({ ...this.#answer, ...choices });
  }
}

/** Shorter thoughts may well come twice. */
const REPEAT_LENGTH = 32;

/** An empty object takes nothing away: Azure's last chunk has one where those before it had filter results. */
function keepRest(value: Json, known: ReadonlySet<string>, into: Record<string, unknown>): void {
  for (const key in value) {
    const now = value[key] ?? null;
    const isEmpty = isJson(now) && Object.keys(now).length === 0;
    if (!known.has(key) && now !== null && !(isEmpty && key in into)) into[key] = now;
  }
}

const residueOrNothing = (value: Json): { readonly residue?: Residue } =>
  Object.keys(value).length > 0 ? { residue: { dialect: 'openai-chat', value } } : {};

const detailsText = (details: readonly unknown[]) =>
  details.map((it) => (isJson(it) ? (textAt(it, 'text') ?? textAt(it, 'summary') ?? '') : '')).join('');

function thinkingText(thinking: unknown): string {
  if (typeof thinking === 'string') return thinking;
  return Array.isArray(thinking)
    ? thinking.map((it) => (isJson(it) ? (textAt(it, 'text') ?? '') : '')).join('')
    : '';
}

const failure = (errorClass: ModelError['class'], message: string): ModelError => ({
  kind: 'error',
  class: errorClass,
  message,
  status: 502,
  code: null,
  parameter: null,
  raw: null,
});

const UNFINISHED = failure('upstream', 'The provider ended its answer without saying that it was complete.');
const NAMELESS = failure('malformed-tool-call', 'The model made a tool call without a name.');
