import type { AccountId, EpochMs, GatewayId } from '../ids.ts';
import type { Micros } from '../money/micros.ts';

export type MovementKind = 'charge' | 'top-up' | 'adjustment';

/** One change of an account's prepaid credits, as it stays for good. */
export interface Movement {
  /** Of a charge, the request's record id. */
  readonly id: string;
  readonly kind: MovementKind;
  /** What it adds to the credits: negative for a charge. */
  readonly amount: Micros;
  readonly at: EpochMs;
  /** Who ordered a top-up or an adjustment. Null: a charge. */
  readonly by: string | null;
  /** Whose request was charged. Null: none. */
  readonly gateway: GatewayId | null;
}

export interface CreditBalance {
  /** What may still be reserved. */
  readonly available: Micros;
  readonly reserved: Micros;
  /** All that was ever charged. */
  readonly charged: Micros;
}

/** What an operator orders. */
export interface CreditOrder {
  /** Chosen by whoever orders, 1 to 128 characters: the same id counts once. */
  readonly id: string;
  /** A top-up adds more than 0; an adjustment may take away, down to a negative balance. */
  readonly amount: Micros;
  readonly by: string;
  readonly at: EpochMs;
}

/** `replayed`: it had counted before. `conflict`: its id had counted for another amount or kind. */
export type CreditOutcome = 'added' | 'replayed' | 'conflict';

export interface MovementQuery {
  /** Both ends count as inside. */
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly direction: 'asc' | 'desc';
  /** At most so many, 1 to 1,000. */
  readonly take: number;
  /** Where the page before ended. */
  readonly after: string | null;
}

export interface MovementPage {
  readonly movements: readonly Movement[];
  /** Null: there are no more. */
  readonly next: string | null;
}

/**
 * An account's prepaid credits (spec 5.3), for the control plane. Guarantees: an order counts once, however often it is
 * given; every movement has exactly one entry, which never changes and is there within two minutes of the movement.
 * Every method throws `StoreUnavailable` when the store cannot be asked.
 */
export interface Credits {
  balance(account: AccountId): Promise<CreditBalance>;
  topUp(account: AccountId, order: CreditOrder): Promise<CreditOutcome>;
  adjust(account: AccountId, order: CreditOrder): Promise<CreditOutcome>;
  /** By time, then id. */
  entries(account: AccountId, query: MovementQuery): Promise<MovementPage>;
}
