import type { AccountSnapshot } from '../account/account-snapshot.ts';
import type { GatewaySnapshot } from '../gateway/settings.ts';
import type { StoredToken } from '../identity/stored-token.ts';
import type { AccountId, DurationMs, GatewayId, TokenHash } from '../ids.ts';

export interface ConfigQuery {
  readonly gateway: { readonly account: AccountId; readonly id: GatewayId } | null;
  readonly token: TokenHash | null;
}

export interface LoadedConfig {
  /** `null`: the store says that there is none. */
  readonly gateway: GatewaySnapshot | null;
  readonly token: StoredToken | null;
  /** Of the gateway that was asked for. Null: the account is not known, or no gateway was asked for. */
  readonly account: AccountSnapshot | null;
  /** Set when the store is down and this is the last known state, with its age (design 6). */
  readonly stale: DurationMs | null;
}

/**
 * What the data plane knows of gateways and tokens. Guarantees: nothing older than 5 s unless the store is down, then
 * gateways up to 10 minutes and tokens up to 60 s; at most one round trip a call; an absent item is never remembered.
 */
export interface ConfigSource {
  /** @throws {StoreUnavailable} when neither the store nor memory can answer. */
  load(query: ConfigQuery): Promise<LoadedConfig>;
  /** Creates the account's `default` gateway unless it exists, and returns the one that exists. Safe under concurrency. */
  createDefaultGateway(account: AccountId): Promise<GatewaySnapshot>;
}

/** We could not ask. Never to be read as "there is none". */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  /** What could not be done, as a caller may read it: `read logs`. Null: not said. */
  readonly question: string | null;

  constructor(
    message: string,
    { question = null, ...options }: ErrorOptions & { readonly question?: string | null } = {},
  ) {
    super(message, options);
    this.question = question;
  }

  /** By name: a part of a bundle that loads lazily brings its own copy of this class. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'StoreUnavailable';
  }
}
