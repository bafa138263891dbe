import type { KeyBinding } from '@weir/core';

/** A key for one secret, in clear and under the master key. */
export interface DataKey {
  /** 256 bits. Whoever asked for it overwrites it after use. */
  readonly key: Buffer;
  /** Base64. */
  readonly wrapped: string;
}

/** The half of a master key that seals: it can make data keys and open none. */
export interface DataKeyMaker {
  /** @throws {StoreUnavailable} */
  make(binding: KeyBinding): Promise<DataKey>;
}

/** The half that opens. */
export interface DataKeyOpener {
  /**
   * The key in clear; null: what is given is damaged, or was made for another binding.
   * @throws {StoreUnavailable}
   */
  open(wrapped: string, binding: KeyBinding): Promise<Buffer | null>;
}
