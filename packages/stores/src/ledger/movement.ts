import {
  type AccountId,
  type CreditEntry,
  type EpochMs,
  epochMs,
  type GatewayId,
  type Micros,
  micros,
  type RecordId,
  type TokenId,
} from '@weir/core';
import type { ItemKey } from '../table/keys.ts';
import type { LedgerItem, LedgerTable } from './ledger-table.ts';

export type MovementKind = CreditEntry['kind'];

/** What a balance remembers of a movement until its entry is written, as text in an attribute of its own. */
export interface Movement {
  readonly kind: MovementKind;
  /** Above zero; what it does to the balance is said by its kind. */
  readonly amount: Micros;
  readonly at: EpochMs;
  readonly gateway?: GatewayId | '';
  readonly by?: TokenId;
  readonly provider?: string;
  readonly model?: string;
}

export const KINDS: readonly MovementKind[] = ['top-up', 'charge', 'adjustment'];

const CHARGE = 'd';
const TOP_UP = 't';
const MOVEMENT = 'movement';

export const chargeName = (id: RecordId) => `${CHARGE}${id}`;
/** Ids of top-ups are their makers' own, so they begin with what no attribute of ours has. */
export const topUpName = (id: string) => `${TOP_UP}#${id}`;

export function writeMovement({ amount, ...rest }: Movement): string {
  return JSON.stringify({ ...rest, amount: amount.toString() });
}

/** @throws when the ledger did not write it. */
export function readMovement(text: string): Movement {
  const { amount, at, ...rest } = JSON.parse(text);
  return { ...rest, amount: micros(BigInt(amount)), at: epochMs(Number(at)) };
}

/** @throws when the item has no such note. */
export function textOf(item: LedgerItem, name: string): string {
  const text = item.get(name);
  if (typeof text !== 'string') throw new Error('a balance lacks the movement that it was told');
  return text;
}

export interface NamedMovement {
  readonly id: string;
  /** The attribute. */
  readonly name: string;
  readonly text: string;
}

/** Movements that a balance still remembers. */
export function movementsIn(item: LedgerItem): readonly NamedMovement[] {
  const found: NamedMovement[] = [];
  for (const [name, text] of item) {
    if (typeof text !== 'string') continue;
    if (name.startsWith(`${TOP_UP}#`)) found.push({ id: name.slice(2), name, text });
    else if (name.length === 27 && name.startsWith(CHARGE)) found.push({ id: name.slice(1), name, text });
  }
  return found;
}

export const entriesPartition = (account: AccountId, kind: MovementKind) => `P#${account}#${kind}`;
/** Sorts by time. */
export const entrySort = (at: EpochMs, id = '') => `${at.toString().padStart(15, '0')}#${id}`;
const topUpKey = (account: AccountId, id: string): ItemKey => ({ pk: `P#${account}#TOPUPS`, sk: id });

/** The account's entry of a movement. It is written once, however often this is called. */
export async function enter(
  table: LedgerTable,
  account: AccountId,
  { id, text }: NamedMovement,
): Promise<void> {
  const { kind, at } = readMovement(text);
  const once = { when: [{ kind: 'absent', name: MOVEMENT }], set: { [MOVEMENT]: text } } as const;
  await table.change({ pk: entriesPartition(account, kind), sk: entrySort(at, id) }, once);
  // By its id alone: a top-up that is told again must be found.
  if (kind === 'top-up') await table.change(topUpKey(account, id), once);
}

export function entryOf(id: string, item: LedgerItem): CreditEntry {
  const text = item.get(MOVEMENT);
  if (typeof text !== 'string') throw new Error(`the entry ${id} is damaged`);
  const { kind, amount, at, by, gateway, provider, model } = readMovement(text);
  return {
    id,
    kind,
    amount,
    at,
    ...(by ? { by } : {}),
    ...(gateway ? { gateway } : {}),
    ...(provider ? { provider } : {}),
    ...(model ? { model } : {}),
    ...(kind === 'charge' ? { record: id as RecordId } : {}),
  };
}

/** Null: none of this id has been entered yet. */
export async function findEnteredTopUp(table: LedgerTable, account: AccountId, id: string) {
  const item = await table.read(topUpKey(account, id));
  return item.has(MOVEMENT) ? entryOf(id, item) : null;
}
