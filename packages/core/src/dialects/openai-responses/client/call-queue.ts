import type { BlockStart } from '../../../form/events.ts';
import type { Proof, Residue } from '../../../form/provenance.ts';
import type { CallItem } from './call-item.ts';

export type CallStart = Extract<BlockStart, { kind: 'tool-call' }>;

interface WaitingCall {
  readonly index: number;
  readonly start: CallStart;
  readonly residue: Residue | undefined;
  text: string;
  proof: Proof | undefined;
  end: { readonly residue: Residue | undefined } | null;
}

/** How a call is written. */
export interface CallWriting {
  begin(start: CallStart, residue: Residue | undefined): CallItem;
  /** The proof of a call, beside the call's own item. */
  prove(callId: string, proof: Proof): void;
}

/** Calls that a provider interleaves, one after another: the first open one passes at once, the others wait for it. */
export class CallQueue {
  readonly #writing: CallWriting;
  #live: { readonly index: number; readonly id: string; readonly item: CallItem; proof?: Proof } | null =
    null;
  readonly #waiting: WaitingCall[] = [];

  constructor(writing: CallWriting) {
    this.#writing = writing;
  }

  open(index: number, start: CallStart, residue: Residue | undefined): void {
    const call: WaitingCall = { index, start, residue, text: '', proof: start.proof, end: null };
    if (this.#live) this.#waiting.push(call);
    else this.#begin(call);
  }

  add(index: number, text: string): void {
    const call = this.#find(index);
    if (this.#live?.index === index) this.#live.item.text(text);
    else if (call) call.text += text;
  }

  prove(index: number, proof: Proof): void {
    const call = this.#live?.index === index ? this.#live : this.#find(index);
    if (call) call.proof = proof;
  }

  /** Whether it was a call. */
  end(index: number, residue: Residue | undefined): boolean {
    if (this.#live?.index !== index) {
      const call = this.#find(index);
      if (call) call.end = { residue };
      return call !== undefined;
    }
    this.#close(residue);
    for (let next = this.#waiting.shift(); next; next = this.#live ? undefined : this.#waiting.shift())
      this.#begin(next);
    return true;
  }

  /** Closes what is open and writes what waited, as far as it came. */
  abandon(): void {
    this.#cut();
    for (const call of this.#waiting.splice(0)) {
      this.#begin(call);
      this.#cut();
    }
  }

  #cut(): void {
    this.#live?.item.cut();
    this.#close(undefined);
  }

  #begin({ index, start, residue, text, proof, end }: WaitingCall): void {
    // A proof that is known before its call goes before it: clients keep an answer's items in order.
    if (proof) this.#writing.prove(start.id, proof);
    this.#live = { index, id: start.id, item: this.#writing.begin(start, residue) };
    this.#live.item.text(text);
    if (end) this.#close(end.residue);
  }

  #close(residue: Residue | undefined): void {
    const live = this.#live;
    this.#live = null;
    live?.item.close(residue);
    if (live?.proof) this.#writing.prove(live.id, live.proof);
  }

  #find(index: number): WaitingCall | undefined {
    return this.#waiting.find((call) => call.index === index);
  }
}
