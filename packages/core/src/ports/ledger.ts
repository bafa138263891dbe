import type { AccountId, DurationMs, EpochMs, GatewayId, RecordId } from '../ids.ts';
import type { Micros } from '../money/micros.ts';

/** Money that may be spent, as one account book. */
export type Budget =
  /** A spend limit's bucket (spec 5.11). */
  | {
      readonly kind: 'limit';
      readonly account: AccountId;
      readonly gateway: GatewayId;
      /** The rule's id, and the bucket's dimensions in words for people, such as `model=gpt-5, metadata.team=blue`. */
      readonly rule: string;
      readonly bucket: string;
      readonly limit: Micros;
      readonly window: { readonly technique: 'fixed' | 'sliding'; readonly length: DurationMs };
      /** 1 to 16: over how many items a hot budget is spread. */
      readonly shards: number;
    }
  /** The account's prepaid credits (spec 5.3-8). */
  | { readonly kind: 'balance'; readonly account: AccountId };

/** Whose answer a request pays for. */
export interface ChargedFor {
  readonly provider: string;
  readonly model: string;
}

export interface ReserveRequest {
  /** Of the record that will tell what the request cost. */
  readonly id: RecordId;
  /** Whose record it is. */
  readonly account: AccountId;
  readonly gateway: GatewayId;
  /** What is bought, for the entry of a charge; absent where no entry is read. */
  readonly charged?: ChargedFor;
  /** At least one; no bucket twice; all of this account and gateway. */
  readonly budgets: readonly Budget[];
  /** The most that the request can cost. */
  readonly amount: Micros;
  readonly at: EpochMs;
  /** From then on nobody will settle it any more, and the sweeper does. */
  readonly expiresAt: EpochMs;
  /** A record of the request will tell what it cost. Where none will, the sweeper takes what was reserved. */
  readonly recorded: boolean;
}

export interface Reservation {
  /** The least that any of the budgets has left beside what is reserved. */
  readonly remaining: Micros;
  /**
   * Puts what the request cost in place of what was reserved, in every budget. Idempotent. Zero gives everything back.
   * Never throws: what cannot be written now, the sweeper writes.
   */
  settle(actual: Micros): Promise<void>;
}

export type ReserveVerdict =
  | { readonly granted: true; readonly reservation: Reservation }
  | {
      readonly granted: false;
      readonly by: Budget;
      readonly spent: Micros;
      readonly reserved: Micros;
      readonly limit: Micros;
      /** Until more may be spent; null: not by waiting. */
      readonly retryAfter: DurationMs | null;
    };

/** What one budget holds now. */
export interface BudgetState {
  readonly budget: Budget;
  readonly spent: Micros;
  readonly reserved: Micros;
  readonly limit: Micros;
  /** When a fixed window ends, or the oldest money of a sliding one leaves; null: never, or nothing is in it. */
  readonly resetAt: EpochMs | null;
}

/**
 * Reserve before, settle once after (design 7). Guarantees: spent and reserved together never pass a limit by a reservation;
 * a settlement counts once, however often it is told; a process may die between any two steps, and the sweep afterwards leaves
 * nothing reserved. No transactions; one conditional write per budget and step.
 */
export interface Ledger {
  /** All budgets, or none of them. @throws {StoreUnavailable}: money fails closed. */
  reserve(request: ReserveRequest): Promise<ReserveVerdict>;
}

/** For the control plane: what every bucket of a gateway holds. */
export interface LedgerView {
  /**
   * Buckets in whose window something was reserved or spent, by rule and bucket. Their limit and window are those with
   * which they were last used.
   * @throws {StoreUnavailable}
   */
  states(account: AccountId, gateway: GatewayId): Promise<readonly BudgetState[]>;
}
