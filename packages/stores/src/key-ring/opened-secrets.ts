import {
  type Clock,
  type EpochMs,
  FRESH_FOR,
  type KeyBinding,
  type SealedSecret,
  type Secret,
} from '@weir/core';
import { RecentlyUsed } from '../config/recently-used.ts';
import { DamagedItem } from '../table/damaged-item.ts';
import type { DataKeyOpener } from './data-keys.ts';
import { open } from './envelope.ts';

/** Secrets that are remembered; one has a few KB at most. */
const REMEMBERED = 1_000;

interface Opened {
  readonly sealed: SealedSecret;
  readonly binding: KeyBinding;
  readonly secret: Secret;
}

interface Opening {
  readonly began: EpochMs;
  readonly secret: Promise<Secret>;
}

/**
 * Opens secrets and keeps them, so that KMS is asked once a process for each. A secret that was rotated is another sealed
 * value; the old one is forgotten when others need its place.
 */
export class OpenedSecrets {
  readonly #dataKeys: DataKeyOpener;
  readonly #clock: Clock;
  /** By ciphertext: no two secrets have the same. */
  readonly #known: RecentlyUsed<string, Opened>;
  readonly #running = new Map<string, Opening>();

  constructor(dataKeys: DataKeyOpener, clock: Clock, remembered = REMEMBERED) {
    this.#dataKeys = dataKeys;
    this.#clock = clock;
    this.#known = new RecentlyUsed(remembered);
  }

  /** @throws {StoreUnavailable} @throws {DamagedItem} that names the key's place. */
  async open(sealed: SealedSecret, binding: KeyBinding): Promise<Secret> {
    const known = this.#known.get(sealed.data);
    // All of it must be the same: a copy under another gateway's name is no key of that gateway.
    if (known && isSame(known, sealed, binding)) return known.secret;
    const name = JSON.stringify([sealed, binding.account, binding.gateway, binding.provider]);
    const now = this.#clock.now();
    const running = this.#running.get(name);
    // One that froze with the process is as old as the freeze, and fails when it thaws.
    const age = running ? now - running.began : -1;
    if (running && age >= 0 && age <= FRESH_FOR) return running.secret;
    const opening = { began: now, secret: this.#openSealed(sealed, binding) };
    this.#running.set(name, opening);
    const end = () => {
      if (this.#running.get(name) === opening) this.#running.delete(name);
    };
    opening.secret.then(end, end);
    return opening.secret;
  }

  async #openSealed(sealed: SealedSecret, binding: KeyBinding): Promise<Secret> {
    const key = await this.#dataKeys.open(sealed.wrapped, binding);
    const secret = key && open(sealed, key, binding);
    key?.fill(0);
    if (!secret) {
      const { account, gateway, provider } = binding;
      throw new DamagedItem(
        `key for ${provider} of ${account}/${gateway}`,
        'it was changed, or sealed for another place',
      );
    }
    this.#known.set(sealed.data, { sealed, binding, secret });
    return secret;
  }
}

function isSame(known: Opened, sealed: SealedSecret, binding: KeyBinding): boolean {
  return (
    known.sealed.wrapped === sealed.wrapped &&
    known.sealed.iv === sealed.iv &&
    known.binding.provider === binding.provider &&
    known.binding.gateway === binding.gateway &&
    known.binding.account === binding.account
  );
}
