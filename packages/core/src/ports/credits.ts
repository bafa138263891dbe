import type { AccountId, EpochMs, GatewayId, RecordId, TokenId } from '../ids.ts';
import type { Micros } from '../money/micros.ts';

/** Prepaid money of an account. */
export interface CreditBalance {
  /** Topped up and not spent; what is reserved is still in it. */
  readonly available: Micros;
  /** Of `available`, what requests under way may cost at most. */
  readonly reserved: Micros;
}

/** One movement of an account's credits. Written once and never changed. */
export interface CreditEntry {
  /** Of a top-up, as its maker chose it; of a charge, the record's. Unique among the account's entries of its kind. */
  readonly id: string;
  readonly kind: 'top-up' | 'charge' | 'adjustment';
  /** What the movement is worth: above zero. A charge takes it away; an adjustment may be below zero. */
  readonly amount: Micros;
  readonly at: EpochMs;
  /** Who topped up. */
  readonly by?: TokenId;
  /** What was charged for. */
  readonly gateway?: GatewayId;
  readonly record?: RecordId;
  readonly provider?: string;
  readonly model?: string;
}

export interface TopUp {
  /** 1 to 64 characters of `A-Z a-z 0-9 _ -`. */
  readonly id: string;
  /** Above zero. */
  readonly amount: Micros;
  readonly by: TokenId;
  readonly at: EpochMs;
}

/**
 * The control plane's view of credits (spec 5.3-8). The ledger reserves and settles them. Guarantees: the balance is the sum
 * of the entries, less what is not an entry yet for a few seconds; a top-up counts once, however often it is told.
 */
export interface Credits {
  /** Zeros for an account that never had any. @throws {StoreUnavailable} */
  balance(account: AccountId): Promise<CreditBalance>;
  /**
   * `replayed`: this very top-up was made before, and nothing was changed. `conflict`: the id belongs to one of another
   * amount, and nothing was changed. @throws {StoreUnavailable}
   */
  topUp(account: AccountId, topUp: TopUp): Promise<'credited' | 'replayed' | 'conflict'>;
  /** The top-up with this id; null: there is none. @throws {StoreUnavailable} */
  findTopUp(account: AccountId, id: string): Promise<CreditEntry | null>;
  /** From the first moment, and before the last; oldest first. Without a kind: all kinds. @throws {StoreUnavailable} */
  entries(
    account: AccountId,
    range: { readonly from: EpochMs; readonly to: EpochMs; readonly kind?: CreditEntry['kind'] },
  ): Promise<readonly CreditEntry[]>;
}
