import type { AccountSnapshot } from '../../account/account-snapshot.ts';
import { tokensIn, tokensOut } from '../../form/token-usage.ts';
import { DEFAULT_SETTINGS, type GatewaySettings, type GatewaySnapshot } from '../../gateway/settings.ts';
import type { StoredToken } from '../../identity/stored-token.ts';
import { hashToken, mintToken } from '../../identity/token-secret.ts';
import {
  type AccountId,
  DEFAULT_GATEWAY,
  type DurationMs,
  durationMs,
  epochMs,
  type GatewayId,
  type RecordId,
  type TokenId,
} from '../../ids.ts';
import { micros } from '../../money/micros.ts';
import type { CallOutcome, CircuitPass } from '../../policy/circuit.ts';
import type { UnifiedBilling } from '../../policy/unified-billing.ts';
import type { CircuitId } from '../../ports/circuits.ts';
import type { ConfigSource } from '../../ports/config-source.ts';
import type { ReserveRequest, ReserveVerdict } from '../../ports/ledger.ts';
import type { Pricing } from '../../ports/pricing.ts';
import type { LimitVerdict, RateLimit } from '../../ports/rate-limiter.ts';
import type { ResponseCache } from '../../ports/response-cache.ts';
import type { Router } from '../../ports/routing.ts';
import type { Translator } from '../../ports/translation.ts';
import type { UpstreamAnswer, UpstreamFailure, UpstreamRequest } from '../../ports/upstream.ts';
import type { BaseUrls } from '../../providers/base-urls.ts';
import type { AwsCredential } from '../../providers/credential/credential.ts';
import type { RequestRecord } from '../../record/request-record.ts';
import { Secret } from '../../secret.ts';
import { createTranslation } from '../../translation/index.ts';
import type { Ports } from '../ports.ts';
import { jsonAnswer } from './provider-answers.ts';

export const ACCOUNT = 'a0'.repeat(16) as AccountId;
export const TOKEN = mintToken(Uint8Array.from({ length: 64 }, (_, index) => index));
/** Shaped like a token of ours; no store knows it. */
export const STRANGER = mintToken(Uint8Array.from({ length: 64 }, (_, index) => index + 7));
export const NOW = epochMs(Date.UTC(2026, 0, 2, 3, 4, 5));

interface Alarm {
  readonly at: number;
  readonly run: () => void;
}

/** The pipeline's ports in memory: one account, a provider that answers as told, and time that passes when told. */
export class PortsForTest {
  readonly records: RequestRecord[] = [];
  readonly faults: unknown[] = [];
  /** What the provider was sent. */
  readonly sent: UpstreamRequest[] = [];
  readonly created: AccountId[] = [];
  readonly gateways = new Map<GatewayId, GatewaySnapshot>();
  readonly tokens: StoredToken[] = [];
  /** Null: without providers or prices of its own. */
  account: AccountSnapshot | null = null;
  readonly platformKeys = new Map<string, string>();
  baseUrls: BaseUrls = new Map();
  /** Loaded only by a request that has to be translated. */
  translator: Translator | null = createTranslation({
    random: (size) => new Uint8Array(size),
    now: () => NOW,
  });
  /** Signing credentials of the gateway's own, by provider. */
  readonly role = new Map<string, AwsCredential>();
  keyRingError: Error | null = null;
  /** Names in the operator's secret store under which there is nothing. */
  readonly absentSecrets = new Set<string>();
  /** What was asked of the ledger. */
  readonly reserved: ReserveRequest[] = [];
  ledger: (request: ReserveRequest) => ReserveVerdict = () => {
    throw new Error('this test has no ledger');
  };
  /** A token costs a micro-dollar, whatever it is; a request at most a thousand of them. */
  pricing: Pricing = {
    cost: (_, usage) => ({
      micros: tokensIn(usage) + tokensOut(usage),
      book: 'for-test',
      price: 'a token, a micro-dollar',
    }),
    ceiling: () => ({ amount: micros(1000n), isSure: true }),
    countedCeiling: async () => ({ amount: micros(400n), isSure: true }),
    count: async () => ({
      usage: { input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 },
      source: 'estimated',
    }),
  };
  unifiedBilling: UnifiedBilling = 'open';
  router: Router = {
    walk: () => {
      throw new Error('this test has no routes');
    },
  };
  storeError: Error | null = null;
  creationError: Error | null = null;
  platformError: Error | null = null;
  /** The limits that were asked about. */
  readonly taken: RateLimit[] = [];
  limiter: (limit: RateLimit) => LimitVerdict = () => {
    throw new Error('this test has no rate limiter');
  };
  /** Circuits that are not closed, by provider and host. */
  readonly circuits = new Map<string, CircuitPass>();
  /** The calls whose end was told, in words. */
  readonly circuitCalls: string[] = [];
  /** How often stage 10 waited for the circuits. */
  circuitsSettled = 0;
  cache: ResponseCache = {
    get: neverAsked,
    put: neverAsked,
    lease: neverAsked,
    release: neverAsked,
    purge: neverAsked,
  };
  stale: DurationMs | null = null;
  provider: () => UpstreamAnswer | UpstreamFailure = () => jsonAnswer('{"ok":true}');
  now: number = NOW;
  #alarms: Alarm[] = [];
  #ids = 0;

  constructor() {
    this.addGateway('main');
    this.addToken();
  }

  addGateway(id: string, settings: Partial<GatewaySettings> = {}): GatewaySnapshot {
    const gateway: GatewaySnapshot = {
      account: ACCOUNT,
      id: id as GatewayId,
      internalId: 'b1',
      version: 7,
      cacheEpoch: 0,
      createdAt: '2026-01-01T00:00:00.000Z',
      modifiedAt: '2026-01-01T00:00:00.000Z',
      settings: { ...DEFAULT_SETTINGS, ...settings },
      keys: [],
      routes: [],
    };
    this.gateways.set(gateway.id, gateway);
    return gateway;
  }

  /** Replaces the only token. */
  addToken(changes: Partial<StoredToken> = {}): void {
    this.tokens.splice(0, 1, {
      id: 'c2'.repeat(16) as TokenId,
      hash: hashToken(new Secret(TOKEN)),
      account: ACCOUNT,
      name: 'ci',
      enabled: true,
      notBefore: null,
      expiresOn: null,
      grants: [{ effect: 'allow', permissions: ['gateway:run'], gateways: 'all' }],
      allowedAddresses: [],
      deniedAddresses: [],
      ...changes,
    });
  }

  /** Lets time pass; what is due is called in order. */
  advance(milliseconds: number): void {
    this.now += milliseconds;
    const due = this.#alarms.filter(({ at }) => at <= this.now).sort((one, other) => one.at - other.at);
    this.#alarms = this.#alarms.filter(({ at }) => at > this.now);
    for (const { run } of due) run();
  }

  get alarms(): number {
    return this.#alarms.length;
  }

  ports(): Ports {
    return {
      config: this.#config(),
      upstream: {
        send: async (request) => {
          this.sent.push(request);
          const answer = this.provider();
          if (answer instanceof Error) throw answer;
          return answer;
        },
      },
      cache: this.cache,
      records: { put: async (record) => void this.records.push(record) },
      rateLimiter: {
        take: async (limit) => {
          this.taken.push(limit);
          return this.limiter(limit);
        },
      },
      circuits: {
        passOf: (circuit) => this.circuits.get(nameOf(circuit)) ?? 'closed',
        begin: (circuit) => ({
          end: (outcome: CallOutcome) => void this.circuitCalls.push(`${nameOf(circuit)} ${outcome}`),
        }),
        settled: async () => {
          this.circuitsSettled += 1;
        },
      },
      platformCredentials: {
        find: async (slug) => {
          if (this.platformError) throw this.platformError;
          const key = this.platformKeys.get(slug);
          return key === undefined ? null : new Secret(key);
        },
      },
      keyRing: {
        open: async ({ data }) => {
          if (this.keyRingError) throw this.keyRingError;
          return new Secret(Buffer.from(data, 'base64').toString());
        },
        named: async (_, name) => (this.absentSecrets.has(name) ? null : new Secret(`named-${name}`)),
      },
      accessTokens: { googleToken: async ({ clientEmail }) => new Secret(`token-of-${clientEmail}`) },
      ownRole: { credentialFor: (provider) => this.role.get(provider) ?? null },
      translation: {
        load: async () => {
          if (!this.translator) throw new Error('this test has no translator');
          return this.translator;
        },
      },
      routing: { load: async () => this.router },
      ledger: {
        reserve: async (request) => {
          this.reserved.push(request);
          return this.ledger(request);
        },
      },
      pricing: { load: async () => this.pricing },
      unifiedBilling: this.unifiedBilling,
      compression: { decode: async () => null },
      clock: { now: () => epochMs(this.now) },
      timer: {
        after: (delay, run) => {
          const alarm = { at: this.now + delay, run };
          this.#alarms.push(alarm);
          return () => {
            this.#alarms = this.#alarms.filter((other) => other !== alarm);
          };
        },
      },
      ids: {
        record: () => `01KDY${String(this.#ids++).padStart(21, '0')}` as RecordId,
        random: (size) => new Uint8Array(size),
      },
      faults: { report: (_, error) => void this.faults.push(error) },
      baseUrls: this.baseUrls,
      upstreamTimeout: durationMs(280_000),
    };
  }

  #config(): ConfigSource {
    return {
      load: async ({ gateway, token }) => {
        if (this.storeError) throw this.storeError;
        return {
          gateway: (gateway?.account === ACCOUNT ? this.gateways.get(gateway.id) : null) ?? null,
          token: this.tokens.find(({ hash }) => hash === token) ?? null,
          account: gateway?.account === ACCOUNT ? this.account : null,
          stale: this.stale,
        };
      },
      createDefaultGateway: async (account) => {
        if (this.creationError) throw this.creationError;
        this.created.push(account);
        return this.addGateway(DEFAULT_GATEWAY);
      },
    };
  }
}

const nameOf = ({ provider, host }: CircuitId) => `${provider} ${host}`;

async function neverAsked(): Promise<never> {
  throw new Error('this test has no cache');
}
