import { child, isJson, type Json, parseJson, residueOf, textAt } from '../../../form/json.ts';
import type { Proof } from '../../../form/provenance.ts';
import { readCallProof } from '../reasoning-details.ts';
import { EMULATED_INPUT } from './encode-tools.ts';
import type { BlockStream } from './stream-blocks.ts';

export interface CallContext {
  fromWire(name: string): string;
  /** Names of the caller's tools of free text. */
  readonly customTools: ReadonlySet<string>;
  newId(prefix: string): string;
}

/** Members of an entry that are read; `index` is the provider's own numbering. */
const KNOWN = ['index', 'id', 'type', 'function', 'custom', 'extra_content'];

/**
 * Puts streamed calls together from any mix of index, id, name and pieces of arguments: the table of spec/providers 2.2,
 * row by row.
 */
export class CallStream {
  readonly #blocks: BlockStream;
  readonly #context: CallContext;
  readonly #calls: Call[] = [];
  readonly #byId = new Map<string, Call>();
  readonly #byIndex = new Map<number, Call>();

  constructor(blocks: BlockStream, context: CallContext) {
    this.#blocks = blocks;
    this.#context = context;
  }

  get any(): boolean {
    return this.#calls.some((call) => call.isNamed);
  }

  /** `tool_calls` of one delta, or of a whole message. */
  add(entries: readonly unknown[]): void {
    entries.filter(isJson).forEach((entry, position) => {
      // Several whole calls without index and id in one delta can only be told apart by their place.
      this.#match(entry, entries.length > 1 ? position : null).add(entry);
    });
  }

  /** Ends every call. False: one of them has arguments and never got a name, so nobody can make it. */
  finish(): boolean {
    return this.#calls.map((call) => call.finish()).every((isWhole) => isWhole);
  }

  #match(entry: Json, position: number | null): Call {
    const id = textAt(entry, 'id') || null;
    const index = typeof entry.index === 'number' ? entry.index : position;
    const known = this.#known(id, index);
    if (known) return known;
    const call = new Call(this.#blocks, this.#context, id);
    this.#calls.push(call);
    if (id !== null) this.#byId.set(id, call);
    if (index !== null) this.#byIndex.set(index, call);
    return call;
  }

  #known(id: string | null, index: number | null): Call | undefined {
    if (id !== null) return this.#byId.get(id);
    return index === null ? this.#calls.at(-1) : this.#byIndex.get(index);
  }
}

class Call {
  readonly #blocks: BlockStream;
  readonly #context: CallContext;
  readonly #id: string;
  #name = '';
  #index: number | null = null;
  #isNative = false;
  #proof: Proof | null = null;
  #residue: Json = {};
  /** Arguments so far, as far as they are certain to be arguments. */
  #text = '';
  /** What may turn out to be none: a placeholder, or the beginning of the word "null". */
  #held = '';
  /** Passed on already. */
  #sent = 0;

  constructor(blocks: BlockStream, context: CallContext, id: string | null) {
    this.#blocks = blocks;
    this.#context = context;
    this.#id = id ?? context.newId('call_');
  }

  get isNamed(): boolean {
    return this.#name !== '';
  }

  add(entry: Json): void {
    const custom = child(entry, 'custom');
    const said = custom ?? child(entry, 'function');
    // What a call is does not change once it is told.
    if (custom && this.#index === null) this.#isNative = true;
    this.#residue = { ...this.#residue, ...residueOf(entry, KNOWN) };
    const proof = readCallProof(entry);
    const name = textAt(said, 'name');
    if (this.#name === '' && name) this.#name = this.#context.fromWire(name);
    this.#takeProof(proof);
    if (this.#name !== '' && this.#index === null) this.#begin();
    const value = custom ? said?.input : said?.arguments;
    if (typeof value === 'string') this.#takeText(value);
    else if (isJson(value) && this.#text === '') this.#takeText(JSON.stringify(value));
    this.#send();
  }

  finish(): boolean {
    if (this.#name === '') return this.#text === '';
    if (this.#index === null) return true;
    if (this.#isEmulated) this.#sendInput(this.#index);
    else if (this.#text === '' && !this.#isNative) this.#pass(this.#index, '{}');
    const residue = Object.keys(this.#residue).length > 0;
    this.#blocks.callEnd(this.#index, residue ? { dialect: 'openai-chat', value: this.#residue } : undefined);
    return true;
  }

  /** A tool of free text that the provider knows as a function. */
  get #isEmulated(): boolean {
    return !this.#isNative && this.#context.customTools.has(this.#name);
  }

  #begin(): void {
    const isCustom = this.#isNative || this.#context.customTools.has(this.#name);
    this.#index = this.#blocks.callStart({
      kind: 'tool-call',
      id: this.#id,
      name: this.#name,
      ...(isCustom ? { custom: true } : {}),
      ...(this.#proof ? { proof: this.#proof } : {}),
    });
  }

  #takeProof(proof: Proof | null): void {
    if (!proof) return;
    this.#proof = proof;
    if (this.#index !== null) this.#blocks.callDelta(this.#index, { kind: 'proof', proof });
  }

  #takeText(piece: string): void {
    if (piece === '' || this.#isRepeat(piece)) return;
    if (this.#text !== '' || this.#isNative) {
      this.#text += piece;
      return;
    }
    const held = this.#held + piece;
    if (isPlaceholder(this.#held) && piece.trimStart().startsWith('{')) {
      // The real arguments follow a placeholder that would have parsed.
      this.#held = '';
      this.#takeText(piece);
    } else if (isPlaceholder(held) || 'null'.startsWith(held.trim())) this.#held = held;
    else {
      this.#held = '';
      this.#text = held;
    }
  }

  /** Some resend the whole arguments at the end. */
  #isRepeat(piece: string): boolean {
    return piece === this.#text && piece.trimStart().startsWith('{') && parseJson(piece) !== undefined;
  }

  #send(): void {
    if (this.#index === null || this.#isEmulated || this.#sent === this.#text.length) return;
    this.#pass(this.#index, this.#text.slice(this.#sent));
    this.#sent = this.#text.length;
  }

  /** What the model wrote into the one argument that stands for free text; all that it wrote where there is none. */
  #sendInput(index: number): void {
    const written = parseJson(this.#text);
    this.#pass(index, (isJson(written) ? textAt(written, EMULATED_INPUT) : null) ?? this.#text);
  }

  #pass(index: number, text: string): void {
    if (text !== '') this.#blocks.callDelta(index, { kind: 'arguments', text });
  }
}

/** `{}`, and the word that some write for no arguments at all. */
const isPlaceholder = (text: string) => {
  const said = text.trim();
  return said === '{}' || said === 'null';
};
