import { randomBytes } from 'node:crypto';
import {
  type AccountId,
  type Clock,
  type KeyBinding,
  type KeyRing,
  type KeySealer,
  type SealedSecret,
  Secret,
  StoreUnavailable,
} from '@weir/core';
import { sealWith } from './create-key-sealer.ts';
import type { DataKey, DataKeyMaker, DataKeyOpener } from './data-keys.ts';
import { open, seal } from './envelope.ts';
import { NamedSecrets } from './named-secrets.ts';
import { OpenedSecrets } from './opened-secrets.ts';

/** A master key that lives as long as the process. */
export class MemoryMasterKey implements DataKeyMaker, DataKeyOpener {
  readonly #key = randomBytes(32);
  isDown = false;
  calls = 0;

  async make(binding: KeyBinding): Promise<DataKey> {
    this.#ask();
    const key = randomBytes(32);
    const { iv, data } = seal(new Secret(key.toString('base64')), { key: this.#key, wrapped: '' }, binding);
    return { key, wrapped: `${iv}.${data}` };
  }

  async open(wrapped: string, binding: KeyBinding): Promise<Buffer | null> {
    this.#ask();
    const [iv = '', data = ''] = wrapped.split('.');
    const key = open({ v: 1, wrapped: '', iv, data }, this.#key, binding);
    return key && Buffer.from(key.reveal(), 'base64');
  }

  #ask(): void {
    this.calls++;
    if (this.isDown) throw new StoreUnavailable('the master key is down');
  }
}

/** Both halves of stored keys in memory, with a master key of their own: for tests. */
export class MemoryKeyRing implements KeyRing, KeySealer {
  readonly #clock: Clock;
  readonly #masterKey = new MemoryMasterKey();
  readonly #sealer = sealWith(this.#masterKey);
  readonly #named: NamedSecrets;
  #opened: OpenedSecrets;
  /** The operator's own, by `weir/{account}/{name}`. */
  readonly secrets = new Map<string, string>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#opened = new OpenedSecrets(this.#masterKey, clock);
    this.#named = new NamedSecrets(async () => ({ find: async (id) => this.#find(id) }), clock);
  }

  /** Nobody answers: neither the master key nor the operator's secrets. */
  set isDown(isDown: boolean) {
    this.#masterKey.isDown = isDown;
  }

  /** How often the master key was asked. */
  get calls(): number {
    return this.#masterKey.calls;
  }

  /** As a new process has it. */
  forget(): void {
    this.#opened = new OpenedSecrets(this.#masterKey, this.#clock);
  }

  seal(secret: Secret, binding: KeyBinding): Promise<SealedSecret> {
    return this.#sealer.seal(secret, binding);
  }

  open(sealed: SealedSecret, binding: KeyBinding): Promise<Secret> {
    return this.#opened.open(sealed, binding);
  }

  named(account: AccountId, name: string): Promise<Secret | null> {
    return this.#named.find(account, name);
  }

  #find(id: string): string | null {
    if (this.#masterKey.isDown) throw new StoreUnavailable('the secrets are down');
    return this.secrets.get(id) ?? null;
  }
}
