import { randomBytes } from 'node:crypto';
import {
  type AccountId,
  type BudgetState,
  type GatewayId,
  type Grant,
  hashToken,
  headerMap,
  mintToken,
  PERMISSION_GROUPS,
  type Permission,
  Secret,
  type StoredToken,
} from '@weir/core';
import { createPriceList, PriceBook } from '@weir/core/pricing';
import { createRouter } from '@weir/core/routing';
import {
  createMemoryRateLimiter,
  MemoryAccountStore,
  MemoryCircuitTable,
  MemoryConfig,
  MemoryGatewayStore,
  MemoryKeyRing,
  MemoryKeyUses,
  MemoryLimitTable,
  MemoryLogStore,
  MemoryResponseCache,
  MemoryRouteStore,
  MemoryTokenStore,
  MemoryTopUpPlans,
  MemoryTotals,
  StoredLimitView,
} from '@weir/stores/memory';
import { anAccountId, aTokenId, ManualClock } from '@weir/testkit/stores';
import * as z from 'zod';
import { ListedCredits } from './billing/credits-for-test.ts';
import { DEFAULT_LIMITS, type ManagementPorts } from './ports.ts';
import { serve } from './serve.ts';

interface CallOptions {
  /** Null: no `Authorization` at all. Absent: the owner's. */
  readonly token?: string | null;
  readonly json?: unknown;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly from?: string;
}

const problem = z.strictObject({
  code: z.number(),
  message: z.string().min(1),
  path: z.array(z.string()).optional(),
});

/** Every JSON answer must be this envelope (spec 2), so every test of the API tests it. */
const envelope = z.strictObject({
  success: z.boolean(),
  result: z.unknown().optional(),
  errors: z.array(problem),
  messages: z.array(problem),
  /** Of lists and of the one answer that the official client takes whole (spec 1.5). */
  data: z.unknown().optional(),
  route: z.unknown().optional(),
  result_info: z
    .strictObject({
      page: z.int(),
      per_page: z.int(),
      count: z.int(),
      total_count: z.int(),
      total_pages: z.int().optional(),
    })
    .optional(),
});

const EVERYTHING: readonly Permission[] = PERMISSION_GROUPS.map(({ key }) => key);

/** The management API of one account over stores in memory, and a token of it that may do everything. */
export class ManagementApi {
  readonly account: AccountId = anAccountId();
  readonly clock = new ManualClock();
  readonly config = new MemoryConfig();
  readonly cache = new MemoryResponseCache(this.clock);
  readonly logs = new MemoryLogStore({ clock: this.clock });
  readonly circuits = new MemoryCircuitTable(this.clock);
  readonly credits = new ListedCredits();
  /** What the ledger tells of every gateway. */
  spent: readonly BudgetState[] = [];
  readonly keyRing = new MemoryKeyRing(this.clock);
  readonly keyUses = new MemoryKeyUses();
  readonly routes = new MemoryRouteStore();
  readonly counts = new MemoryLimitTable();
  /** Counts requests as the data plane does. */
  readonly limiter = createMemoryRateLimiter(this.clock, this.counts);
  book = new PriceBook({
    name: 'a-book+00000000',
    date: '2026-01-02',
    providers: { openai: { models: ['gpt-5||i1.25 r0.125 o10>200000 i2.5 o15'] } },
  });
  readonly reported: unknown[] = [];
  readonly ports: ManagementPorts = {
    accounts: new MemoryAccountStore(this.config),
    privateEndpoints: [],
    gateways: new MemoryGatewayStore(this.config, this.clock),
    tokens: new MemoryTokenStore(this.config),
    logs: this.logs,
    totals: new MemoryTotals({ logs: this.logs, clock: this.clock }),
    cache: this.cache,
    circuits: this.circuits,
    prices: { load: async () => createPriceList(() => this.book) },
    ledger: { states: async () => this.spent },
    routes: this.routes,
    routing: { load: async () => createRouter() },
    counts: new StoredLimitView(this.counts, this.clock),
    credits: this.credits,
    topUpPlans: new MemoryTopUpPlans(),
    keySealer: this.keyRing,
    keyUses: this.keyUses,
    clock: this.clock,
    ids: { random: (size) => randomBytes(size) },
    limits: DEFAULT_LIMITS,
    report: (error) => this.reported.push(error),
  };
  owner = '';

  static async start(): Promise<ManagementApi> {
    const api = new ManagementApi();
    const createdAt = new Date(api.clock.now()).toISOString();
    await api.ports.accounts.create({ id: api.account, name: 'ours', createdAt });
    api.owner = await api.token({});
    return api;
  }

  /** A stored token's secret. By default it may do everything everywhere. */
  async token(
    changes: Partial<StoredToken>,
    grants: readonly Grant[] = [{ effect: 'allow', permissions: EVERYTHING, gateways: 'all' }],
  ): Promise<string> {
    const secret = mintToken(randomBytes(64));
    const issuedOn = new Date(this.clock.now()).toISOString();
    await this.ports.tokens.create({
      token: {
        id: aTokenId(),
        hash: hashToken(new Secret(secret)),
        account: this.account,
        name: 'a token',
        enabled: true,
        notBefore: null,
        expiresOn: null,
        grants,
        allowedAddresses: [],
        deniedAddresses: [],
        ...changes,
      },
      policies: [],
      condition: null,
      issuedOn,
      modifiedOn: issuedOn,
    });
    return secret;
  }

  /** A token that has `permissions` and nothing else, on `gateways` and nowhere else. */
  tokenFor(permissions: readonly Permission[], gateways: 'all' | readonly string[] = 'all'): Promise<string> {
    const named = gateways === 'all' ? gateways : gateways.map((id) => id as GatewayId);
    return this.token({}, [{ effect: 'allow', permissions, gateways: named }]);
  }

  /** Paths that begin with a slash stand as they are; others are below this account. */
  async call(method: string, target: string, options: CallOptions = {}) {
    const { token = this.owner, json, headers = {}, from = '203.0.113.9' } = options;
    const [path = '', query = ''] = target.split('?');
    const body = options.body ?? (json === undefined ? '' : JSON.stringify(json));
    const asked = new URLSearchParams(query);
    const answer = await serve(
      {
        method,
        path: path.startsWith('/') ? path : `/client/v4/accounts/${this.account}/${path}`,
        query: new Map([...asked.keys()].map((name) => [name, asked.getAll(name)])),
        headers: headerMap(
          Object.entries({ ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers }),
        ),
        body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
        baseUrl: 'https://weir.example/prod',
        sourceAddress: from,
      },
      this.ports,
    );
    const text = Buffer.from(answer.body).toString();
    const isOurs = typeof answer.body === 'string' && answer.headers['content-type'] === 'application/json';
    return {
      ...answer,
      text,
      json: isOurs
        ? envelope.parse(JSON.parse(text))
        : { success: false, result: null, errors: [], messages: [] },
    };
  }
}

/** The five fields that a create must have, off or harmless. */
export const PLAIN = {
  cache_invalidate_on_update: false,
  cache_ttl: 0,
  collect_logs: true,
  rate_limiting_interval: 0,
  rate_limiting_limit: 0,
};

/** A field of a result, for what the next call needs. */
export function textIn(result: unknown, field: string): string {
  return z.looseObject({ [field]: z.string() }).parse(result)[field] as string;
}
