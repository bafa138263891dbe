import type { Json } from '../../../form/json.ts';
import type { Residue } from '../../../form/provenance.ts';
import { itemMembers } from '../residue.ts';

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
    return { ...this.item(status), ...rest, ...(isOurs ? { status } : {}), id: this.id };
  }

  protected learn(residue: Residue | undefined): void {
    this.#rest = { ...this.#rest, ...itemMembers(residue) };
  }

  protected say(type: string, fields: Json): void {
    this.place.emit(type, { item_id: this.place.id, output_index: this.place.index, ...fields });
  }

  protected abstract item(status: ItemStatus | 'in_progress'): Json;
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
