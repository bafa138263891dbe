import type { AccountId, EpochMs, GatewayId } from '../ids.ts';

/** When stored keys were last used. */
export interface KeyUses {
  /**
   * Notes a use. To the minute: one that is less than a minute after the noted one may not be written, and an earlier one
   * changes nothing, so records may come in any order and twice.
   * @throws {StoreUnavailable}
   */
  note(account: AccountId, gateway: GatewayId, keyId: string, at: EpochMs): Promise<void>;
  /** By key id; keys without a noted use are missing. May be a moment behind. @throws {StoreUnavailable} */
  list(account: AccountId, gateway: GatewayId): Promise<ReadonlyMap<string, EpochMs>>;
}
