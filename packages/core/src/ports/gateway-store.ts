import type { GatewaySettings, GatewaySnapshot } from '../gateway/settings.ts';
import type { StoredKey } from '../gateway/stored-key.ts';
import type { AccountId, GatewayId } from '../ids.ts';
import type { GatewayRoute } from '../routing/route.ts';

/** What an update does besides, in the same write. */
export interface GatewayChange {
  /** Nothing that is cached for the gateway so far is found any more. */
  readonly forgetsCache?: boolean;
  /** The gateway's keys from now on. Absent: they stay. */
  readonly keys?: readonly StoredKey[];
  /** The gateway's routes from now on. Absent: they stay. */
  readonly routes?: readonly GatewayRoute[];
}

/** The control plane's view of gateways: always read from the store itself, never from a copy. */
export interface GatewayStore {
  get(account: AccountId, id: GatewayId): Promise<GatewaySnapshot | null>;
  /** All of the account's gateways, by id. */
  list(account: AccountId): Promise<readonly GatewaySnapshot[]>;
  /** One conditional write. `'exists'` when the id is taken. */
  create(account: AccountId, id: GatewayId, settings: GatewaySettings): Promise<GatewaySnapshot | 'exists'>;
  /**
   * Replaces the settings if the stored version is still `expected.version`; `'changed'` when someone else was first
   * or the gateway is gone.
   */
  update(
    expected: GatewaySnapshot,
    settings: GatewaySettings,
    change?: GatewayChange,
  ): Promise<GatewaySnapshot | 'changed'>;
  /** The gateway that was deleted, or null when there was none. */
  delete(account: AccountId, id: GatewayId): Promise<GatewaySnapshot | null>;
}
