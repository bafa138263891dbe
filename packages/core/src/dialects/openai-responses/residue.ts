import { child, type Json, residueOf } from '../../form/json.ts';
import type { Residue } from '../../form/provenance.ts';
import { residueFor } from '../../form/provenance.ts';

export const DIALECT = 'openai-responses';

/**
 * What only this format says of a block, in up to two places: `item`, the members of the item that holds it, and `part`,
 * those of its own content part.
 */
export function blockResidue(item: Json | null, rest: Json = {}): { residue?: Residue } {
  const value = { ...(item ? { item } : {}), ...rest };
  return Object.keys(value).length === 0 ? {} : { residue: { dialect: DIALECT, value } };
}

/** Members of an item beside those that the form has a place for. A usual status says nothing. */
export function itemRest(item: Json, known: readonly string[]): Json | null {
  const isUsual = item.status === 'completed' || item.status === 'in_progress';
  return residueOf(item, ['type', ...known, ...(isUsual ? ['status'] : [])]);
}

/** The item's members in a residue of this format. */
export const itemMembers = (residue: Residue | null | undefined): Json =>
  child(residueFor(DIALECT, residue), 'item') ?? {};

/** The content part's members in a residue of this format. */
export const partMembers = (residue: Residue | null | undefined): Json =>
  child(residueFor(DIALECT, residue), 'part') ?? {};
