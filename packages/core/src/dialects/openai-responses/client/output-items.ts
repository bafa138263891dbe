import type { Citation, TokenLogprob } from '../../../form/blocks.ts';
import { isJson, type Json, listAt } from '../../../form/json.ts';
import type { Proof, Residue } from '../../../form/provenance.ts';
import { residueFor } from '../../../form/provenance.ts';
import { packProof } from '../packed-proof.ts';
import { PART_BREAK } from '../read-items.ts';
import { DIALECT, itemMembers, partMembers } from '../residue.ts';
import { writeAnnotation, writeLogprobs } from '../text-parts.ts';

/** Writes one event; `sequence_number` comes with it. */
export type Emit = (type: string, fields: Json) => void;

export type ItemStatus = 'completed' | 'incomplete';

/** Where an item stands: in every event of its. */
export interface ItemPlace {
  readonly id: string;
  readonly index: number;
  readonly emit: Emit;
}

/** An item of the answer while it is written: everything between its `added` and its `done` (spec/providers 5.3). */
export abstract class OutputItem {
  protected readonly place: ItemPlace;
  #rest: Json;
  #isCut = false;

  constructor(place: ItemPlace, residue: Residue | undefined) {
    this.place = place;
    this.#rest = itemMembers(residue);
  }

  get id(): string {
    return this.place.id;
  }

  begin(): this {
    const item = this.#as('in_progress');
    this.place.emit('response.output_item.added', { output_index: this.place.index, item });
    return this;
  }

  /** It will not be finished, whatever its end says. */
  cut(): void {
    this.#isCut = true;
  }

  /** The item as the answer's end repeats it. */
  end(status: ItemStatus): Json {
    const item = this.#as(this.#isCut ? 'incomplete' : status);
    this.place.emit('response.output_item.done', { output_index: this.place.index, item });
    return item;
  }

  /** A status of the item's own goes before ours only where both say that it is done. */
  #as(status: ItemStatus | 'in_progress'): Json {
    const rest = this.#rest;
    const isOurs = 'status' in rest && (status !== 'completed' || rest.status === 'in_progress');
    return { ...this.item(status), ...rest, ...(isOurs ? { status } : {}) };
  }

  protected learn(residue: Residue | undefined): void {
    this.#rest = { ...this.#rest, ...itemMembers(residue) };
  }

  protected say(type: string, fields: Json): void {
    this.place.emit(type, { item_id: this.place.id, output_index: this.place.index, ...fields });
  }

  protected abstract item(status: ItemStatus | 'in_progress'): Json;
}

/** A message of one or several parts. */
export class MessageItem extends OutputItem {
  readonly #content: Json[] = [];
  #part: OpenPart | null = null;

  open(kind: 'text' | 'refusal', residue: Residue | undefined): void {
    this.#part = { kind, text: '', annotations: [], logprobs: [], unplaced: [], rest: partMembers(residue) };
    this.#say('response.content_part.added', { part: partOf(this.#part) });
  }

  text(text: string, logprobs: readonly TokenLogprob[] = []): void {
    const part = this.#part;
    if (!part) return;
    part.text += text;
    const written = writeLogprobs(logprobs);
    part.logprobs.push(...written);
    if (text === '' && written.length === 0) return;
    if (part.kind === 'refusal') this.#say('response.refusal.delta', { delta: text });
    else this.#say('response.output_text.delta', { delta: text, logprobs: written });
  }

  /** One without a span waits for the text's end, which is then its own. */
  citation(citation: Citation): void {
    if (citation.end === null && Object.keys(residueFor(DIALECT, citation.residue)).length === 0)
      this.#part?.unplaced.push(citation);
    else this.#cite(citation);
  }

  close(residue: Residue | undefined): void {
    this.learn(residue);
    const part = this.#part;
    if (!part) return;
    for (const citation of part.unplaced) this.#cite(citation);
    part.rest = { ...part.rest, ...partMembers(residue) };
    if (part.kind === 'refusal') this.#say('response.refusal.done', { refusal: part.text });
    else this.#say('response.output_text.done', { text: part.text, logprobs: part.logprobs });
    const written = partOf(part);
    this.#say('response.content_part.done', { part: written });
    this.#content.push(written);
    this.#part = null;
  }

  /** A part of a kind that only this format has. */
  whole(part: Json): void {
    this.#say('response.content_part.added', { part });
    this.#say('response.content_part.done', { part });
    this.#content.push(part);
  }

  protected item(status: string): Json {
    return {
      id: this.id,
      type: 'message',
      status,
      role: 'assistant',
      content: status === 'in_progress' ? [] : this.#content,
    };
  }

  #cite(citation: Citation): void {
    const part = this.#part;
    const annotation = part && writeAnnotation(citation, part.text.length);
    if (!annotation) return;
    this.#say('response.output_text.annotation.added', {
      annotation_index: part.annotations.length,
      annotation,
    });
    part.annotations.push(annotation);
  }

  #say(type: string, fields: Json): void {
    this.say(type, { content_index: this.#content.length, ...fields });
  }
}

interface OpenPart {
  readonly kind: 'text' | 'refusal';
  text: string;
  readonly annotations: Json[];
  readonly logprobs: Json[];
  readonly unplaced: Citation[];
  rest: Json;
}

const partOf = ({ kind, text, annotations, logprobs, rest }: OpenPart): Json =>
  kind === 'refusal'
    ? { type: 'refusal', refusal: text, ...rest }
    : { type: 'output_text', annotations: [...annotations], logprobs: [...logprobs], text, ...rest };

/** The model's thoughts: as a summary, which is what clients show, or as its own words where the provider said so. */
export class ReasoningItem extends OutputItem {
  readonly #channel: 'content' | 'summary';
  #text = '';
  #hasPart = false;
  #isClosed = false;
  #proof: Proof | null = null;
  #callId: string | undefined;
  #lengths: readonly unknown[] = [];

  constructor(place: ItemPlace, residue: Residue | undefined) {
    super(place, residue);
    this.#channel = residueFor(DIALECT, residue).channel === 'content' ? 'content' : 'summary';
  }

  text(text: string): void {
    if (text === '') return;
    if (!this.#hasPart) this.#openPart();
    this.#text += text;
    this.#say(this.#names.delta, { delta: text });
  }

  /** @param callId of the call that the proof is for, which has no field for it. */
  proof(proof: Proof, callId?: string): void {
    this.#proof = proof;
    this.#callId = callId;
  }

  close(residue: Residue | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.learn(residue);
    this.#lengths = listAt(residueFor(DIALECT, residue), 'lengths');
    if (!this.#hasPart) return;
    this.#say(this.#names.done, { text: this.#text });
    this.#say(this.#names.partDone, { part: this.#partOf(this.#text) });
  }

  protected item(status: string): Json {
    const parts =
      this.#hasPart && status !== 'in_progress' ? this.#texts().map((text) => this.#partOf(text)) : [];
    const proof = this.#proof;
    const encrypted = proof && {
      encrypted_content:
        proof.family === 'openai'
          ? proof.value
          : packProof({
              proof,
              text: this.#text,
              ...(this.#callId === undefined ? {} : { callId: this.#callId }),
            }),
    };
    const content = this.#channel === 'content' ? { content: parts } : {};
    return {
      id: this.id,
      type: 'reasoning',
      ...encrypted,
      summary: this.#channel === 'summary' ? parts : [],
      ...content,
    };
  }

  get #names() {
    return CHANNELS[this.#channel];
  }

  #openPart(): void {
    this.#hasPart = true;
    this.#say(this.#names.partAdded, { part: this.#partOf('') });
  }

  /** The parts that were made one text, where their lengths are known. */
  #texts(): string[] {
    const lengths = this.#lengths.filter((it) => typeof it === 'number');
    const texts: string[] = [];
    let at = 0;
    for (const length of lengths) {
      texts.push(this.#text.slice(at, at + length));
      at += length === 0 ? 0 : length + PART_BREAK.length;
    }
    return lengths.length > 1 ? texts : [this.#text];
  }

  #partOf(text: string): Json {
    return { type: this.#names.part, text };
  }

  #say(type: string, fields: Json): void {
    this.say(type, { [this.#names.index]: 0, ...fields });
  }
}

const CHANNELS = {
  summary: {
    part: 'summary_text',
    index: 'summary_index',
    partAdded: 'response.reasoning_summary_part.added',
    delta: 'response.reasoning_summary_text.delta',
    done: 'response.reasoning_summary_text.done',
    partDone: 'response.reasoning_summary_part.done',
  },
  content: {
    part: 'reasoning_text',
    index: 'content_index',
    partAdded: 'response.content_part.added',
    delta: 'response.reasoning_text.delta',
    done: 'response.reasoning_text.done',
    partDone: 'response.content_part.done',
  },
} as const;

/** A call of the caller's function or free-text tool. */
export class CallItem extends OutputItem {
  readonly #call: { readonly id: string; readonly name: string; readonly custom?: boolean };
  #text = '';

  constructor(
    place: ItemPlace,
    residue: Residue | undefined,
    call: { readonly id: string; readonly name: string; readonly custom?: boolean },
  ) {
    super(place, residue);
    this.#call = call;
  }

  text(text: string): void {
    if (text === '') return;
    this.#text += text;
    this.say(
      this.#call.custom ? 'response.custom_tool_call_input.delta' : 'response.function_call_arguments.delta',
      { delta: text },
    );
  }

  close(residue: Residue | undefined): void {
    this.learn(residue);
    const { custom, name } = this.#call;
    if (custom) this.say('response.custom_tool_call_input.done', { input: this.#text });
    else this.say('response.function_call_arguments.done', { arguments: this.#text, name });
  }

  protected item(status: string): Json {
    const { id, name, custom } = this.#call;
    const text = { [custom ? 'input' : 'arguments']: this.#text };
    const type = custom ? 'custom_tool_call' : 'function_call';
    return { id: this.id, type, status, ...text, call_id: id, name };
  }
}

/** An item that came in one piece, as it is. */
export class WholeItem extends OutputItem {
  readonly #item: Json;

  constructor(place: ItemPlace, item: Json) {
    super(place, undefined);
    this.#item = item;
  }

  protected item(status: string): Json {
    const isOpen = status === 'in_progress' && 'status' in this.#item;
    return { ...this.#item, id: this.id, ...(isOpen ? { status } : {}) };
  }
}

/** The parts of a message that another kind of block carries; null: it is none. */
export const foreignParts = (value: Json): Json[] | null =>
  value.type === 'message' ? listAt(value, 'content').filter(isJson) : null;
