import {
  type AccountId,
  type AccountSnapshot,
  type Clock,
  type ConfigKind,
  type ConfigQuery,
  type ConfigSource,
  type DurationMs,
  durationMs,
  type EpochMs,
  FRESH_FOR,
  type Freshness,
  freshness,
  type GatewaySnapshot,
  type LoadedConfig,
  mayOutlive,
  type StoredToken,
  StoreUnavailable,
  USABLE_FOR,
} from '@weir/core';
import { RecentlyUsed } from './recently-used.ts';

/** Items of one kind that are remembered; a snapshot is a few KB at most. */
const REMEMBERED = 1_000;

interface Remembered<T> {
  readonly value: T;
  /** When the load that brought it began. */
  readonly asOf: EpochMs;
}

interface Flight {
  readonly began: EpochMs;
  readonly answer: Promise<LoadedConfig>;
}

/** One half of a query: what is known of it, and what to do about it. `null`: the query does not ask for it. */
interface Part<T> {
  readonly known: Remembered<T> | undefined;
  readonly age: DurationMs | null;
  readonly verdict: Freshness;
}

/** A gateway with its account: they are asked for together, so one age counts for both. */
interface GatewayAndAccount {
  readonly gateway: GatewaySnapshot;
  /** Null: an account without an item of its own. */
  readonly account: AccountSnapshot | null;
}

/**
 * Remembers what another source says, as `policy/freshness` allows. Concurrent loads of the same things share one
 * question; absent items are never remembered, so neither a creation waits nor do made-up ids fill the memory. An
 * account is remembered with each of its gateways: that costs no question of its own, whether it has an item or not.
 */
export class FreshConfigSource implements ConfigSource {
  readonly #source: ConfigSource;
  readonly #clock: Clock;
  readonly #gateways: RecentlyUsed<string, Remembered<GatewayAndAccount>>;
  readonly #tokens: RecentlyUsed<string, Remembered<StoredToken>>;
  readonly #flights = new Map<string, Flight>();
  readonly #creations = new Map<AccountId, Promise<GatewaySnapshot>>();
  #failedAt: EpochMs | null = null;

  constructor(source: ConfigSource, clock: Clock, remembered = REMEMBERED) {
    this.#source = source;
    this.#clock = clock;
    this.#gateways = new RecentlyUsed(remembered);
    this.#tokens = new RecentlyUsed(remembered);
  }

  async load(query: ConfigQuery): Promise<LoadedConfig> {
    const now = this.#clock.now();
    const gateway = query.gateway ? this.#part('gateway', this.#gateways.get(gatewayName(query)), now) : null;
    const token = query.token ? this.#part('token', this.#tokens.get(query.token), now) : null;

    const mustLoad = gateway?.verdict === 'load-first' || token?.verdict === 'load-first';
    const mustRefresh = gateway?.verdict === 'use-and-refresh' || token?.verdict === 'use-and-refresh';
    if (!mustLoad && !mustRefresh) return fromMemory(gateway, token);

    const open: ConfigQuery = {
      gateway: gateway && gateway.verdict !== 'use' ? query.gateway : null,
      token: token && token.verdict !== 'use' ? query.token : null,
    };
    if (!mustLoad) {
      // The request has its answer. If this fails, what is known ages until a request has to wait for the store.
      this.#ask(open, now).catch(() => undefined);
      return fromMemory(gateway, token);
    }
    try {
      const loaded = await this.#ask(open, now);
      return {
        gateway: open.gateway ? loaded.gateway : (gateway?.known?.value.gateway ?? null),
        token: open.token ? loaded.token : (token?.known?.value ?? null),
        account: open.gateway ? loaded.account : (gateway?.known?.value.account ?? null),
        stale: loaded.stale,
      };
    } catch (error) {
      if (error instanceof StoreUnavailable && outlives('gateway', gateway) && outlives('token', token)) {
        return fromMemory(gateway, token);
      }
      throw error;
    }
  }

  /** Not remembered: what its account is was not asked. The next load brings both. */
  createDefaultGateway(account: AccountId): Promise<GatewaySnapshot> {
    const running = this.#creations.get(account);
    if (running) return running;
    const creation = this.#source
      .createDefaultGateway(account)
      .finally(() => this.#creations.delete(account));
    this.#creations.set(account, creation);
    return creation;
  }

  #part<T>(kind: ConfigKind, known: Remembered<T> | undefined, now: EpochMs): Part<T> {
    if (!known) return { known, age: null, verdict: 'load-first' };
    const age = durationMs(now - known.asOf);
    const sinceFailure = this.#failedAt === null ? null : durationMs(now - this.#failedAt);
    return { known, age, verdict: freshness(kind, age, sinceFailure) };
  }

  /** Joins a running question only while it is young: one that froze with the process may be as old as the freeze. */
  #ask(query: ConfigQuery, now: EpochMs): Promise<LoadedConfig> {
    const name = `${query.gateway ? gatewayName(query) : ''} ${query.token ?? ''}`;
    const running = this.#flights.get(name);
    const age = running ? now - running.began : null;
    if (running && age !== null && age >= 0 && age <= FRESH_FOR) return running.answer;
    const flight: Flight = { began: now, answer: this.#askSource(query, now) };
    this.#flights.set(name, flight);
    const land = () => {
      if (this.#flights.get(name) === flight) this.#flights.delete(name);
    };
    flight.answer.then(land, land);
    return flight.answer;
  }

  async #askSource(query: ConfigQuery, began: EpochMs): Promise<LoadedConfig> {
    try {
      const loaded = await this.#source.load(query);
      this.#failedAt = null;
      if (query.gateway) {
        const { gateway, account } = loaded;
        remember(this.#gateways, gatewayName(query), gateway && { gateway, account }, began);
      }
      if (query.token) remember(this.#tokens, query.token, loaded.token, began);
      return loaded;
    } catch (error) {
      const now = this.#clock.now();
      // A question that froze with the process fails when it thaws, which says nothing about the store.
      if (error instanceof StoreUnavailable && now - began <= USABLE_FOR) this.#failedAt = now;
      throw error;
    }
  }
}

function gatewayName({ gateway }: ConfigQuery): string {
  return gateway ? `${gateway.account}/${gateway.id}` : '';
}

function remember<T>(
  memory: RecentlyUsed<string, Remembered<T>>,
  name: string,
  value: T | null,
  asOf: EpochMs,
): void {
  const known = memory.get(name);
  if (known && known.asOf > asOf) return;
  if (value === null) memory.delete(name);
  else memory.set(name, { value, asOf });
}

function outlives<T>(kind: ConfigKind, part: Part<T> | null): boolean {
  return part === null || (part.age !== null && mayOutlive(kind, part.age));
}

function fromMemory(gateway: Part<GatewayAndAccount> | null, token: Part<StoredToken> | null): LoadedConfig {
  const age = Math.max(gateway?.age ?? 0, token?.age ?? 0);
  return {
    gateway: gateway?.known?.value.gateway ?? null,
    token: token?.known?.value ?? null,
    account: gateway?.known?.value.account ?? null,
    stale: age > USABLE_FOR ? durationMs(age) : null,
  };
}
