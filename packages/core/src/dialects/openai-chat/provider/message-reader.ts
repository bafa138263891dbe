import type { Citation } from '../../../form/blocks.ts';
import type { ModelEvent } from '../../../form/events.ts';
import { child, isJson, type Json, listAt, textAt } from '../../../form/json.ts';
import { readUrl } from '../../../form/media.ts';
import type { DecodeContext } from '../../provider-dialect.ts';
import { readAnnotation, readLogprobs } from '../annotations.ts';
import { detailsAt } from '../reasoning-details.ts';
import { AudioPieces } from './audio-pieces.ts';
import { customToolNames } from './encode-tools.ts';
import { keepRest } from './keep-rest.ts';
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
const MEMBERS = new Set<string>(MESSAGE_MEMBERS);

/** Shorter thoughts may well come twice. */
const REPEAT_LENGTH = 32;

/** Reads the deltas of one message into its blocks; a whole message is one delta. */
export class MessageReader {
  /** What the form has no field for. */
  readonly rest: Record<string, unknown> = {};
  readonly #context: DecodeContext;
  readonly #repeatsThoughts: boolean;
  readonly #blocks: BlockStream;
  readonly #calls: CallStream;
  readonly #audio = new AudioPieces();
  #thoughts = '';

  /** @param citationsOf what the marks in a whole text say about its sources. */
  constructor(
    context: DecodeContext,
    repeatsThoughts: boolean,
    emit: (event: ModelEvent) => void,
    citationsOf: (text: string) => readonly Citation[],
  ) {
    this.#context = context;
    this.#repeatsThoughts = repeatsThoughts;
    this.#blocks = new BlockStream(emit, citationsOf);
    this.#calls = new CallStream(this.#blocks, {
      fromWire: (name) => context.names.fromWire(name),
      customTools: customToolNames(context.request),
      newId: (prefix) => context.newId(prefix),
    });
  }

  /** Nothing was said yet. */
  get isEmpty(): boolean {
    return this.#blocks.isEmpty;
  }

  get hasCalls(): boolean {
    return this.#calls.any;
  }

  get hasRefusal(): boolean {
    return this.#blocks.hasRefusal;
  }

  /** @param logprobs of its content. */
  read(message: Json, logprobs: readonly unknown[]): void {
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
    keepRest(message, MEMBERS, this.rest);
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
    if (!this.#repeatsThoughts) return false;
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

  /** Ends every block. False: a call has arguments and no name. */
  finish(): boolean {
    if (!this.#calls.finish()) return false;
    const audio = this.#audio.block(this.#context.request);
    if (audio) this.#blocks.whole(audio);
    this.#blocks.finish();
    return true;
  }
}

const detailsText = (details: readonly unknown[]) =>
  details.map((it) => (isJson(it) ? (textAt(it, 'text') ?? textAt(it, 'summary') ?? '') : '')).join('');

function thinkingText(thinking: unknown): string {
  if (typeof thinking === 'string') return thinking;
  return Array.isArray(thinking)
    ? thinking.map((it) => (isJson(it) ? (textAt(it, 'text') ?? '') : '')).join('')
    : '';
}
