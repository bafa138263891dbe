import type {
  AccountId,
  Clock,
  GatewayChange,
  GatewayId,
  GatewaySettings,
  GatewaySnapshot,
  GatewayStore,
} from '@weir/core';
import { newGateway, nextVersion } from '../table/new-gateway.ts';
import { gatewayPlace, type MemoryConfig } from './memory-config.ts';

export class MemoryGatewayStore implements GatewayStore {
  readonly #config: MemoryConfig;
  readonly #clock: Clock;

  constructor(config: MemoryConfig, clock: Clock) {
    this.#config = config;
    this.#clock = clock;
  }

  async get(account: AccountId, id: GatewayId): Promise<GatewaySnapshot | null> {
    return this.#config.gateways.get(gatewayPlace(account, id)) ?? null;
  }

  async list(account: AccountId): Promise<readonly GatewaySnapshot[]> {
    return [...this.#config.gateways.values()]
      .filter((gateway) => gateway.account === account)
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  async create(
    account: AccountId,
    id: GatewayId,
    settings: GatewaySettings,
  ): Promise<GatewaySnapshot | 'exists'> {
    const place = gatewayPlace(account, id);
    if (this.#config.gateways.has(place)) return 'exists';
    const gateway = newGateway(this.#clock, account, id, settings);
    this.#config.gateways.set(place, gateway);
    return gateway;
  }

  async update(
    expected: GatewaySnapshot,
    settings: GatewaySettings,
    change?: GatewayChange,
  ): Promise<GatewaySnapshot | 'changed'> {
    const place = gatewayPlace(expected.account, expected.id);
    const stored = this.#config.gateways.get(place);
    if (stored?.version !== expected.version || stored.internalId !== expected.internalId) return 'changed';
    const gateway = nextVersion(this.#clock, expected, settings, change);
    this.#config.gateways.set(place, gateway);
    return gateway;
  }

  async delete(account: AccountId, id: GatewayId): Promise<GatewaySnapshot | null> {
    const place = gatewayPlace(account, id);
    const gateway = this.#config.gateways.get(place) ?? null;
    this.#config.gateways.delete(place);
    return gateway;
  }
}
