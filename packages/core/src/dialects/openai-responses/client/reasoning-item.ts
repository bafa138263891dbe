import { type Json, listAt } from '../../../form/json.ts';
import { type Proof, type Residue, residueFor } from '../../../form/provenance.ts';
import { packProof } from '../packed-proof.ts';
import { PART_BREAK } from '../read-items.ts';
import { DIALECT } from '../residue.ts';
import { type ItemPlace, OutputItem } from './output-item.ts';

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
    const encrypted = this.#proof && { encrypted_content: this.#encrypted(this.#proof) };
    const content = this.#channel === 'content' ? { content: parts } : {};
    return {
      id: this.id,
      type: 'reasoning',
      ...encrypted,
      summary: this.#channel === 'summary' ? parts : [],
      ...content,
    };
  }

  /** What OpenAI encrypted itself stays as it is; every other proof is packed with what it proves. */
  #encrypted(proof: Proof): string {
    const callId = this.#callId;
    if (proof.family === 'openai' && proof.kind === 'encrypted' && callId === undefined) return proof.value;
    return packProof({ proof, text: this.#text, ...(callId === undefined ? {} : { callId }) });
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
