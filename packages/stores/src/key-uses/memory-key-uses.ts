import { type AccountId, type EpochMs, type GatewayId, type KeyUses, StoreUnavailable } from '@weir/core';

const STEP = 60_000;

/** When keys were used, in memory. */
export class MemoryKeyUses implements KeyUses {
  readonly #gateways = new Map<string, Map<string, EpochMs>>();
  isDown = false;

  async note(account: AccountId, gateway: GatewayId, keyId: string, at: EpochMs): Promise<void> {
    const uses = this.#usesOf(account, gateway);
    const noted = uses.get(keyId);
    if (noted === undefined || noted <= at - STEP) uses.set(keyId, at);
  }

  async list(account: AccountId, gateway: GatewayId): Promise<ReadonlyMap<string, EpochMs>> {
    return new Map(this.#usesOf(account, gateway));
  }

  #usesOf(account: AccountId, gateway: GatewayId): Map<string, EpochMs> {
    if (this.isDown) throw new StoreUnavailable('the table is down');
    const place = `${account}/${gateway}`;
    const uses = this.#gateways.get(place) ?? new Map<string, EpochMs>();
    this.#gateways.set(place, uses);
    return uses;
  }
}
