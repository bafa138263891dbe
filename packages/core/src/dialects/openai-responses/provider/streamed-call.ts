import type { Residue } from '../../../form/provenance.ts';
import { argumentsText } from '../read-items.ts';
import type { Lane } from './block-sequencer.ts';

/** A call whose name or arguments may come late. */
export class StreamedCall {
  readonly #custom: boolean;
  readonly #begin: (name: string) => Lane;
  #lane: Lane | null = null;
  /** Not told yet: the name is not known, or the text may still turn out to be `null`. */
  #held = '';
  #told = '';

  constructor(custom: boolean, begin: (name: string) => Lane) {
    this.#custom = custom;
    this.#begin = begin;
  }

  name(name: string | undefined): void {
    if (name === undefined || this.#lane) return;
    this.#lane = this.#begin(name);
    this.#tell();
  }

  add(text: string): void {
    this.#held += text;
    this.#tell();
  }

  fill(whole: string): void {
    const got = this.#told + this.#held;
    if (got === whole) return;
    if (this.#told === '' && !whole.startsWith(got)) this.#held = whole;
    else if (whole.startsWith(got)) this.#held += whole.slice(got.length);
    this.#tell();
  }

  end(residue: Residue | undefined): void {
    if (!this.#custom && this.#told === '') this.#held = argumentsText(this.#held);
    this.#tell(true);
    this.#lane?.end(residue);
  }

  #tell(isLast = false): void {
    if (!this.#lane || this.#held === '') return;
    const mayBeNothing = !this.#custom && this.#told === '' && NOTHING.test(this.#held);
    if (mayBeNothing && !isLast) return;
    this.#lane.delta({ kind: 'arguments', text: this.#held });
    this.#told += this.#held;
    this.#held = '';
  }
}

/** What may become white space or `null`, quoted or not: no arguments at all. */
const NOTHING = /^\s*"?(?:n(?:u(?:l(?:l"?)?)?)?)?\s*$/;
