import {
  type AccountId,
  type Clock,
  type ConfigQuery,
  type ConfigSource,
  DEFAULT_GATEWAY,
  DEFAULT_SETTINGS,
  type GatewaySnapshot,
  type LoadedConfig,
  StoreUnavailable,
} from '@weir/core';
import { gatewayPlace, type MemoryConfig, snapshotOfAccount } from '../control/memory-config.ts';
import { newGateway } from '../table/new-gateway.ts';

/** Reads the in-memory table at every call; `isDown` makes it unreachable. */
export class MemoryConfigSource implements ConfigSource {
  readonly #config: MemoryConfig;
  readonly #clock: Clock;
  isDown = false;

  constructor(config: MemoryConfig, clock: Clock) {
    this.#config = config;
    this.#clock = clock;
  }

  async load({ gateway, token }: ConfigQuery): Promise<LoadedConfig> {
    this.#reach();
    return {
      gateway: (gateway && this.#config.gateways.get(gatewayPlace(gateway.account, gateway.id))) ?? null,
      token: (token === null ? null : this.#config.tokens.get(token)?.token) ?? null,
      account: gateway && snapshotOfAccount(this.#config, gateway.account),
      stale: null,
    };
  }

  async createDefaultGateway(account: AccountId): Promise<GatewaySnapshot> {
    this.#reach();
    const place = gatewayPlace(account, DEFAULT_GATEWAY);
    const stored = this.#config.gateways.get(place);
    if (stored) return stored;
    const gateway = newGateway(this.#clock, account, DEFAULT_GATEWAY, DEFAULT_SETTINGS);
    this.#config.gateways.set(place, gateway);
    return gateway;
  }

  #reach(): void {
    if (this.isDown) throw new StoreUnavailable('the in-memory table is switched off');
  }
}
