import {
  type Clock,
  type EpochMs,
  type PlatformCredentials,
  type ProviderSlug,
  Secret,
  StoreUnavailable,
} from '@weir/core';
import * as z from 'zod/mini';
import { DamagedItem } from '../table/damaged-item.ts';
import type { SecretReader } from './secret-reader.ts';

/** Used without a question. Milliseconds. */
const FRESH_FOR = 60_000;
/** Used at once and read again beside the request; anything older is read first. Milliseconds. */
const USABLE_FOR = 600_000;
/** How long keys serve while Secrets Manager is down. Milliseconds. */
const GRACE = 86_400_000;

/** A key, or the parts of one where the provider needs several (`parseCredential` of core). */
const storedKeys = z.record(z.string(), z.union([z.string(), z.record(z.string(), z.unknown())]));

type Keys = ReadonlyMap<string, Secret>;

export interface PlatformCredentialsOptions {
  /** ARN of the secret that holds `{"<provider slug>": "<key>"}`; a key of several parts is an object. */
  readonly secret: string;
  /** Called at the first need of a key, so that the client is loaded only then. */
  readonly loadSecrets: () => Promise<SecretReader>;
  readonly clock: Clock;
}

/** The operator's keys from one secret, read on the first need and then kept. */
class SecretPlatformCredentials implements PlatformCredentials {
  readonly #options: PlatformCredentialsOptions;
  #known: { readonly keys: Keys; readonly asOf: EpochMs } | null = null;
  #reading: { readonly keys: Promise<Keys>; readonly began: EpochMs } | null = null;

  constructor(options: PlatformCredentialsOptions) {
    this.#options = options;
  }

  async find(provider: ProviderSlug): Promise<Secret | null> {
    return (await this.#keys()).get(provider) ?? null;
  }

  async #keys(): Promise<Keys> {
    const known = this.#known;
    const now = this.#options.clock.now();
    const age = known ? now - known.asOf : null;
    if (known === null || age === null || age < 0 || age > USABLE_FOR) {
      try {
        return await this.#read(now);
      } catch (error) {
        const mayServe = age !== null && age >= 0 && age <= GRACE && error instanceof StoreUnavailable;
        if (known && mayServe) return known.keys;
        throw error;
      }
    }
    // The request has its keys; if this fails, the next one that is due tries again.
    if (age > FRESH_FOR) this.#read(now).catch(() => undefined);
    return known.keys;
  }

  /** Shares a running read only while it is young: one that froze with the process is as old as the freeze. */
  #read(now: EpochMs): Promise<Keys> {
    const running = this.#reading;
    if (running && now >= running.began && now - running.began <= FRESH_FOR) return running.keys;
    const reading = { keys: this.#readSecret(now), began: now };
    this.#reading = reading;
    const end = () => {
      if (this.#reading === reading) this.#reading = null;
    };
    reading.keys.then(end, end);
    return reading.keys;
  }

  async #readSecret(began: EpochMs): Promise<Keys> {
    const { secret, loadSecrets } = this.#options;
    const keys = parseKeys(secret, await (await loadSecrets()).read(secret));
    if (!this.#known || this.#known.asOf < began) this.#known = { keys, asOf: began };
    return keys;
  }
}

/** An empty value is no key: that is how a deployment leaves the slots that the operator has not filled. */
function parseKeys(secret: string, text: string): Keys {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Without the parser's words: they quote the text.
    throw new DamagedItem(secret, 'not JSON');
  }
  const parsed = z.safeParse(storedKeys, value);
  if (!parsed.success) throw new DamagedItem(secret, 'not an object of keys');
  const keys = Object.entries(parsed.data).filter(([, key]) => key !== '');
  return new Map(
    keys.map(([provider, key]) => [
      provider,
      new Secret(typeof key === 'string' ? key : JSON.stringify(key)),
    ]),
  );
}

/** The operator's own provider keys. One per process. */
export function createPlatformCredentials(options: PlatformCredentialsOptions): PlatformCredentials {
  return new SecretPlatformCredentials(options);
}
