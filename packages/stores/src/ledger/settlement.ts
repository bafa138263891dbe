import { assertNever, type EpochMs, type Micros, micros, type RecordId } from '@weir/core';
import { cellAt, keptUntil } from './ledger-places.ts';
import type { LedgerChange } from './ledger-table.ts';
import { chargeName, writeMovement } from './movement.ts';
import { readReservation, reservationName, writeReservation } from './open-reservation.ts';

/** How an item counts what was spent. */
export type Counting =
  | { readonly kind: 'fixed' }
  | { readonly kind: 'sliding'; readonly length: number }
  | { readonly kind: 'balance' };

export interface Settlement {
  readonly id: RecordId;
  /** The reservation as the item holds it. */
  readonly text: string;
  readonly actual: Micros;
  readonly at: EpochMs;
  /** The reservation was written more than once: its second writing may still be on its way, and must find itself done. */
  readonly leavesTrace: boolean;
}

/**
 * One write that puts `actual` in the place of a reservation. Its condition is that the reservation is still there, so
 * that of any number of settlements one counts.
 */
export function settlementOf(
  counting: Counting,
  { id, text, actual, at, leavesTrace }: Settlement,
): LedgerChange {
  const reservation = readReservation(text);
  const name = reservationName(id);
  const trace = writeReservation({ ...reservation, amount: micros(0n), isTrace: true });
  const over = leavesTrace ? { set: { [name]: trace } } : { remove: [name] };
  const when = [{ kind: 'is', name, value: text }] as const;
  const change = actual - reservation.amount;
  switch (counting.kind) {
    case 'fixed':
      return { when, ...over, add: { net: change, spent: actual } };
    case 'sliding': {
      const cell = `c${cellAt(counting.length, at)}`;
      const spent: Record<string, bigint> = actual === 0n ? {} : { [cell]: actual };
      return { when, ...over, add: { net: change, ...spent }, forgetAt: keptUntil(at + 2 * counting.length) };
    }
    case 'balance': {
      const add = { available: -change, spent: actual };
      if (actual === 0n) return { when, ...over, add };
      const { gateway, charged } = reservation;
      const movement = { kind: 'charge', amount: actual, at, gateway, ...charged } as const;
      return { when, ...over, add, set: { ...over.set, [chargeName(id)]: writeMovement(movement) } };
    }
    default:
      return assertNever(counting);
  }
}
