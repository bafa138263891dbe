import type { AccountId } from '../ids.ts';

/** What an account wants topped up by itself (spec 1.5): kept, and carried out by nobody, since no card is charged here. */
export interface TopUpPlan {
  /** US cents. */
  readonly amount: number;
  /** US cents; below them the account wants more. */
  readonly threshold: number;
}

/** One plan for each account; the last writer wins. */
export interface TopUpPlans {
  /** Null: there is none. @throws {StoreUnavailable} */
  get(account: AccountId): Promise<TopUpPlan | null>;
  /** @throws {StoreUnavailable} */
  put(account: AccountId, plan: TopUpPlan): Promise<void>;
  /** @throws {StoreUnavailable} */
  delete(account: AccountId): Promise<void>;
}
