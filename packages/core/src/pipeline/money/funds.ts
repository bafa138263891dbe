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
    };

export const UNBUDGETED: Funds = { kind: 'unbudgeted', warning: null };

/** Puts what a step cost in place of what was reserved for it; nothing when it cost nothing. */
export async function settleFunds(funds: Funds | undefined, cost: Micros): Promise<void> {
  if (funds?.kind === 'reserved') await funds.reservation.settle(cost);
}

/** As the record names it. */
export const nameOfBudget = (budget: Budget) =>
  budget.kind === 'limit' ? `spend_limits/${budget.rule}` : 'credits';
