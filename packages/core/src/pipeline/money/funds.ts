import type { Refusal } from '../../errors/refusal.ts';
import type { Micros } from '../../money/micros.ts';
import type { Budget, Reservation } from '../../ports/ledger.ts';

/** What stands behind the cost of one step. */
export type Funds =
  /** Nobody counts it, or its price is not known. */
  | { readonly kind: 'unbudgeted'; readonly warning: string | null }
  | {
      readonly kind: 'reserved';
      readonly reservation: Reservation;
      /** What was reserved. */
      readonly amount: Micros;
    }
  | {
      readonly kind: 'refused';
      readonly refusal: Refusal;
      /** The budget that is full. Null: the ledger could not be asked. */
      readonly by: Budget | null;
      /** What that budget has left beside what is reserved; null like it. */
      readonly remaining: Micros | null;
    };

export const UNBUDGETED: Funds = { kind: 'unbudgeted', warning: null };

/** Puts what a step cost in place of what was reserved for it; nothing when it cost nothing. */
export async function settleFunds(funds: Funds | undefined, cost: Micros): Promise<void> {
  if (funds?.kind === 'reserved') await funds.reservation.settle(cost);
}

/** What the budgets behind a step have left. Null: it has none, or nobody could ask. */
export function remainingOf(funds: Funds): Micros | null {
  switch (funds.kind) {
    case 'unbudgeted':
      return null;
    case 'reserved':
      return funds.reservation.remaining;
    case 'refused':
      return funds.remaining;
  }
}

/** As the record names it. */
export const nameOfBudget = (budget: Budget) =>
  budget.kind === 'limit' ? `spend_limits/${budget.rule}` : 'credits';
