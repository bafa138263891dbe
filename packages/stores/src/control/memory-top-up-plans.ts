import type { AccountId, TopUpPlan, TopUpPlans } from '@weir/core';

export class MemoryTopUpPlans implements TopUpPlans {
  readonly #plans = new Map<AccountId, TopUpPlan>();

  async get(account: AccountId): Promise<TopUpPlan | null> {
    return this.#plans.get(account) ?? null;
  }

  async put(account: AccountId, plan: TopUpPlan): Promise<void> {
    this.#plans.set(account, plan);
  }

  async delete(account: AccountId): Promise<void> {
    this.#plans.delete(account);
  }
}
