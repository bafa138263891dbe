import {
  type AccountId,
  type Clock,
  durationMs,
  type EpochMs,
  FRESH_FOR,
  freshness,
  mayOutlive,
  Secret,
  StoreUnavailable,
} from '@weir/core';
import { RecentlyUsed } from '../config/recently-used.ts';
import type { SecretFinder } from '../credentials/secret-reader.ts';

const REMEMBERED = 1_000;
/** What a stored key may name: nothing that leads out of the account's own names. */
const NAME = /^[A-Za-z0-9_-]{1,128}$/;

interface Known {
  /** Null: there was none. */
  readonly secret: Secret | null;
  /** When the read that brought it began. */
  readonly asOf: EpochMs;
  readonly failedAt: EpochMs | null;
}

interface Reading {
  readonly began: EpochMs;
  readonly secret: Promise<Secret | null>;
}

/**
 * The operator's own secrets, `weir/{account}/{name}`, as fresh as the configuration (design 6): a rotation is live
 * within 5 s. While they cannot be read, one that was known serves for ten minutes; that there was none never does.
 */
export class NamedSecrets {
  readonly #load: () => Promise<SecretFinder>;
  readonly #clock: Clock;
  readonly #known: RecentlyUsed<string, Known>;
  readonly #running = new Map<string, Reading>();

  /** @param load called at the first need, so that the client is loaded only then. */
  constructor(load: () => Promise<SecretFinder>, clock: Clock, remembered = REMEMBERED) {
    this.#load = load;
    this.#clock = clock;
    this.#known = new RecentlyUsed(remembered);
  }

  /** @throws {StoreUnavailable} */
  async find(account: AccountId, name: string): Promise<Secret | null> {
    if (!NAME.test(name)) return null;
    const id = `weir/${account}/${name}`;
    const now = this.#clock.now();
    const known = this.#known.get(id);
    if (!known) return this.#read(id, now);
    const age = durationMs(now - known.asOf);
    switch (freshness('gateway', age, known.failedAt === null ? null : durationMs(now - known.failedAt))) {
      case 'use':
        return known.secret;
      case 'use-and-refresh':
        // The request has its answer; a failure is noted, and the next one that is due asks again.
        this.#read(id, now).catch(() => undefined);
        return known.secret;
      case 'use-stale':
        return known.secret ?? this.#read(id, now);
      case 'load-first':
        try {
          return await this.#read(id, now);
        } catch (error) {
          if (known.secret && error instanceof StoreUnavailable && mayOutlive('gateway', age))
            return known.secret;
          throw error;
        }
    }
  }

  /** Joins a running read only while it is young: one that froze with the process may be as old as the freeze. */
  #read(id: string, now: EpochMs): Promise<Secret | null> {
    const running = this.#running.get(id);
    const age = running ? now - running.began : -1;
    if (running && age >= 0 && age <= FRESH_FOR) return running.secret;
    const reading = { began: now, secret: this.#readNow(id, now) };
    this.#running.set(id, reading);
    const end = () => {
      if (this.#running.get(id) === reading) this.#running.delete(id);
    };
    reading.secret.then(end, end);
    return reading.secret;
  }

  async #readNow(id: string, began: EpochMs): Promise<Secret | null> {
    try {
      const text = await (await this.#load()).find(id);
      const secret = text === null ? null : asKey(text);
      const known = this.#known.get(id);
      if (!known || known.asOf <= began) this.#known.set(id, { secret, asOf: began, failedAt: null });
      return secret;
    } catch (error) {
      const known = this.#known.get(id);
      if (known) this.#known.set(id, { ...known, failedAt: this.#clock.now() });
      throw error;
    }
  }
}

/** A file that an operator wrote into the secret often ends its line, and no key does; nothing at all is no key. */
function asKey(text: string): Secret | null {
  const key = text.replace(/\r?\n$/, '');
  return key === '' ? null : new Secret(key);
}
