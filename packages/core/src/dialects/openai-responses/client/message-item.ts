import type { Citation, TokenLogprob } from '../../../form/blocks.ts';
import { isJson, type Json, listAt } from '../../../form/json.ts';
import { type Residue, residueFor } from '../../../form/provenance.ts';
import { DIALECT, partMembers } from '../residue.ts';
import { writeAnnotation, writeLogprobs } from '../text-parts.ts';
import { OutputItem } from './output-item.ts';

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

/** The parts of a message of which some are of no known kind; null: it is no message. */
export const foreignParts = (value: Json): Json[] | null =>
  value.type === 'message' ? listAt(value, 'content').filter(isJson) : null;
