import type { AccountId, GatewayId } from '../ids.ts';
import type { Secret } from '../secret.ts';

/**
 * A secret under AES-256-GCM with a data key of its own, and the data key under the master key. All base64. A type alias,
 * so that it is JSON as well.
 */
export type SealedSecret = {
  readonly v: 1;
  /** The data key, encrypted by the master key. */
  readonly wrapped: string;
  readonly iv: string;
  /** Ciphertext with its tag. */
  readonly data: string;
};

/** What a sealed secret belongs to. It opens for nothing else: both layers of encryption are bound to it. */
export interface KeyBinding {
  readonly account: AccountId;
  readonly gateway: GatewayId;
  readonly provider: string;
}

/** The control plane's half: it can seal and never open, so a key cannot be read back. */
export interface KeySealer {
  /** @throws {StoreUnavailable} */
  seal(secret: Secret, binding: KeyBinding): Promise<SealedSecret>;
}

/** The data plane's half. */
export interface KeyRing {
  /**
   * From memory once it was opened in this process: a warm request asks nobody.
   * @throws {StoreUnavailable} when the master key cannot be asked. @throws another error when the secret was damaged or moved.
   */
  open(sealed: SealedSecret, binding: KeyBinding): Promise<Secret>;
  /** The operator's own secret `weir/{account}/{name}`; null: there is none. @throws {StoreUnavailable} */
  named(account: AccountId, name: string): Promise<Secret | null>;
}
