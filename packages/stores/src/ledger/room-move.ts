import { type EpochMs, epochMs } from '@weir/core';
import type { ItemKey } from '../table/keys.ts';
import { siblingSort } from './ledger-places.ts';
import type { LedgerChange, LedgerItem, LedgerTable } from './ledger-table.ts';

/**
 * Room that goes from one shard of a bucket to another, in writes of one item each:
 *
 * 1. out: the giver's `net` grows by the amount, if it has the room, and it notes the move (`o…`);
 * 2. in: the taker's `net` shrinks by it, and it notes that it has it (`i…`), unless it has it already;
 * 3. the giver forgets the move.
 *
 * Broken off between any two, some room is in neither for a while: less may be spent, never more. The sweeper goes on
 * with 2. The taker's note stays until no call of that time can be under way.
 */
export interface RoomMove {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly amount: bigint;
  readonly at: EpochMs;
}

const OUT = 'o';
const IN = 'i';
/** Whoever began a move leaves it to the sweeper after so long; the sweeper begins some time later. Milliseconds. */
const OWN_FOR = 60_000;
export const SWEPT_AFTER = 300_000;
/** Milliseconds. */
export const NOTED_FOR = 3_600_000;

/** @param taking the giver's write that takes the room. */
export const outOf = (taking: LedgerChange, { id, to, amount, at }: RoomMove): LedgerChange => ({
  ...taking,
  set: { [OUT + id]: `${to}/${amount}/${at}` },
});

/** @returns the taker's item, if it took it now. */
export async function finishMove(
  table: LedgerTable,
  giver: ItemKey,
  { id, from, to, amount, at }: RoomMove,
): Promise<LedgerItem | null> {
  const taker = { pk: giver.pk, sk: siblingSort(giver.sk, to) };
  const taken = await table.change(taker, {
    when: [{ kind: 'absent', name: IN + id }],
    add: { net: -amount },
    set: { [IN + id]: `${from}/${at}` },
  });
  await table.change(giver, {
    when: [{ kind: 'is', name: OUT + id, value: `${to}/${amount}/${at}` }],
    remove: [OUT + id],
  });
  return taken;
}

export const isOwn = ({ at }: RoomMove, now: EpochMs) => now - at < OWN_FOR;

/** Moves that a giver notes. */
export function movesOut(item: LedgerItem, from: number): readonly RoomMove[] {
  const moves: RoomMove[] = [];
  for (const [name, text] of item) {
    const [, to, amount, at] = (typeof text === 'string' && /^(\d+)\/(\d+)\/(\d+)$/.exec(text)) || [];
    if (name.startsWith(OUT) && amount !== undefined)
      moves.push({
        id: name.slice(1),
        from,
        to: Number(to),
        amount: BigInt(amount),
        at: epochMs(Number(at)),
      });
  }
  return moves;
}

/** Notes of a taker; `isOver` when the giver has forgotten its own. */
export function movesIn(item: LedgerItem) {
  const notes: {
    readonly name: string;
    readonly from: number;
    readonly at: EpochMs;
    readonly out: string;
  }[] = [];
  for (const [name, text] of item) {
    const [, from, at] = (typeof text === 'string' && /^(\d+)\/(\d+)$/.exec(text)) || [];
    if (name.startsWith(IN) && at !== undefined)
      notes.push({ name, from: Number(from), at: epochMs(Number(at)), out: OUT + name.slice(1) });
  }
  return notes;
}
