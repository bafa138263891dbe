import type { AccountId, EpochMs, GatewayId, RecordId } from '@weir/core';
import type { ItemKey } from '../table/keys.ts';
import {
  balanceKey,
  bucketName,
  bucketPartitionOf,
  frameOf,
  type LimitBudget,
  siblingSort,
} from './ledger-places.ts';
import type { LedgerItem, LedgerTable } from './ledger-table.ts';
import { type OpenReservation, readReservation, reservationName } from './open-reservation.ts';

/*
 * A request reserves in all of its budgets or in none, and each is an item of its own. When its process dies in between,
 * the sweeper must not charge one of them for a request that another refused: so each reservation names the next.
 */

export const NEXT_BALANCE = 'P';

/** A bucket's name, its window and its shards: all that is needed to find its items. */
export function nextBucket(budget: LimitBudget, at: EpochMs): string {
  const [first = ''] = frameOf(budget, at).sorts;
  return `${bucketName(budget)}~${first.slice(0, first.lastIndexOf('#'))}~${budget.shards}`;
}

function keysOf(account: AccountId, gateway: GatewayId, next: string): readonly ItemKey[] {
  if (next === NEXT_BALANCE) return [balanceKey(account)];
  const [name = '', window = '', shards = '1'] = next.split('~');
  const pk = bucketPartitionOf(account, gateway, name);
  return Array.from({ length: Number(shards) }, (_, shard) => ({ pk, sk: siblingSort(`${window}#`, shard) }));
}

/** Whether the request's reservation is open in all of its budgets. Looks at one after the other, never at two at once. */
export async function isWhole(
  table: LedgerTable,
  account: AccountId,
  id: RecordId,
  { gateway, next: first }: OpenReservation,
): Promise<boolean> {
  let next = first;
  while (next !== '') {
    const items = await Promise.all(keysOf(account, gateway, next).map((key) => table.read(key)));
    const found = items.map((item) => openIn(item, id)).find((open) => open !== null);
    if (!found) return false;
    next = found.next;
    if (next === first) return true;
  }
  return true;
}

function openIn(item: LedgerItem, id: RecordId): OpenReservation | null {
  const text = item.get(reservationName(id));
  if (typeof text !== 'string') return null;
  const open = readReservation(text);
  return open.isTrace ? null : open;
}
