import { randomBytes, randomUUID } from 'node:crypto';
import {
  type AccountId,
  type CustomProvider,
  durationMs,
  type EpochMs,
  epochMs,
  type GatewayId,
  type GatewayRoute,
  type RecordId,
  type RequestRecord,
  type RouteElement,
  type StoredKey,
  type StoredToken,
  type TokenHash,
  type TokenId,
  type TokenRecord,
} from '@weir/core';

const hex = (bytes: number) => randomBytes(bytes).toString('hex');

export const anAccountId = () => hex(16) as AccountId;
export const aTokenHash = () => hex(32) as TokenHash;
export const aTokenId = () => hex(16) as TokenId;
export const gatewayId = (text: string) => text as GatewayId;

/** A custom provider with every field set to something that a store could lose. */
export const aCustomProvider = (changes: Partial<CustomProvider> = {}): CustomProvider => ({
  id: randomUUID(),
  slug: 'In-House-2',
  name: 'Größe ☃',
  base_url: 'https://models.example/api',
  enable: true,
  beta: true,
  description: 'ours',
  link: null,
  curl_example: 'curl "$URL"\n',
  js_example: null,
  headers: { 'x-team': 'search' },
  position: 1.5,
  created_at: '2026-01-02T03:04:05.000Z',
  modified_at: '2026-01-02T03:04:06.000Z',
  ...changes,
});

/** A token with every field set to something that a store could lose. */
export function aTokenRecord(
  account: AccountId,
  token: Partial<StoredToken> = {},
  record: Partial<Omit<TokenRecord, 'token'>> = {},
): TokenRecord {
  return {
    token: {
      id: aTokenId(),
      hash: aTokenHash(),
      account,
      name: 'ci – ☃',
      enabled: true,
      notBefore: epochMs(1_700_000_000_000),
      expiresOn: null,
      grants: [
        { effect: 'allow', permissions: ['gateway:run', 'gateway:read'], gateways: 'all' },
        { effect: 'deny', permissions: ['gateway:run'], gateways: [gatewayId('payments')] },
      ],
      allowedAddresses: ['10.0.0.0/8'],
      deniedAddresses: ['10.1.2.3'],
      ...token,
    },
    policies: [{ effect: 'allow', resources: { 'com.example.*': '*' }, nested: [null, 1.5, true, ''] }],
    condition: { request_ip: { in: ['10.0.0.0/8'] } },
    issuedOn: '2026-01-02T03:04:05.000Z',
    modifiedOn: '2026-01-02T03:04:05.000Z',
    ...record,
  };
}

/** A sealed key with every field set to something that a store could lose; nothing opens it. */
export function aStoredKey(changes: Partial<StoredKey> = {}): StoredKey {
  return {
    id: randomUUID(),
    provider: 'aws-bedrock',
    alias: 'team-a',
    defaultConfig: true,
    secret: { kind: 'sealed', sealed: { v: 1, wrapped: 'd3JhcHBlZA==', iv: 'aXY=', data: 'ZGF0YQ==' } },
    preview: 'AKIA…☃',
    place: { region: 'eu-west-1' },
    rateLimit: 10,
    ratePeriod: 30,
    order: 2,
    weight: 5,
    createdAt: '2026-01-02T03:04:05.000Z',
    modifiedAt: '2026-01-03T03:04:05.000Z',
    ...changes,
  };
}

/** A graph with every kind of element, and in it what a store could lose. */
export function aRouteGraph(): readonly RouteElement[] {
  const to = (elementId: string) => ({ elementId });
  return [
    { id: 'start', type: 'start', outputs: { next: to('paid') } },
    {
      id: 'paid',
      type: 'conditional',
      properties: { conditions: { $or: [{ 'metadata.plan': 'größe ☃' }, { 'body.n': { $in: [1, null] } }] } },
      outputs: { true: to('split'), false: to('few') },
    },
    {
      id: 'split',
      type: 'percentage',
      properties: { sticky: 'metadata.user' },
      outputs: { '12.5%': to('large'), else: to('small') },
    },
    {
      id: 'few',
      type: 'rate',
      properties: { limitType: 'count', key: 'metadata.user', limit: 2, window: 60, technique: 'sliding' },
      outputs: { success: to('budget'), fallback: to('small') },
    },
    {
      id: 'budget',
      type: 'rate',
      properties: { limitType: 'cost', key: 'metadata.team', limit: 0.5, window: 3_600 },
      outputs: { success: to('large') },
    },
    {
      id: 'large',
      type: 'model',
      properties: { provider: 'openai', model: 'gpt-5', timeout: 5_000, retries: 1 },
      outputs: { success: to('end'), fallback: to('small') },
    },
    {
      id: 'small',
      type: 'model',
      properties: { provider: 'anthropic', model: 'claude-haiku-4-5', timeout: 0, retries: 0 },
      outputs: { success: to('end') },
    },
    { id: 'end', type: 'end', outputs: {} },
  ];
}

/** A deployed route with every field set to something that a store could lose. */
export const aGatewayRoute = (changes: Partial<GatewayRoute> = {}): GatewayRoute => ({
  id: randomUUID(),
  name: 'plan-b_2.x',
  versionId: randomUUID(),
  elements: aRouteGraph(),
  createdAt: '2026-01-02T03:04:05.000Z',
  modifiedAt: '2026-01-03T03:04:05.000Z',
  versionCreatedAt: '2026-01-02T04:04:05.000Z',
  deploymentId: randomUUID(),
  deployedAt: '2026-01-02T05:04:05.000Z',
  ...changes,
});

let records = 0;

/** A record of a plain answered request; ids are distinct and made of the ULID alphabet. */
export function aRecord(changes: Partial<RequestRecord> = {}): RequestRecord {
  const createdAt: EpochMs = changes.createdAt ?? epochMs(Date.UTC(2026, 0, 2, 3, 4, 5, 678));
  const id = `01KDY${(records++).toString().padStart(21, '0')}` as RecordId;
  return {
    schema: 1,
    id,
    account: 'a0'.repeat(16) as AccountId,
    gateway: 'default',
    createdAt,
    requestId: id,
    eventId: '',
    surface: 'provider',
    method: 'POST',
    path: 'chat/completions',
    provider: 'openai',
    model: 'gpt-5',
    modelType: null,
    statusCode: 200,
    success: true,
    cached: false,
    outcome: { kind: 'answered' },
    duration: durationMs(812),
    firstByte: durationMs(240),
    usage: { input: 12, cacheRead: 0, cacheWrite: 0, output: 34, reasoning: 0 },
    metadata: { team: 'search', tier: 2, canary: false, note: null },
    requestContentType: 'application/json',
    responseContentType: 'application/json',
    requestSize: 64,
    responseSize: 128,
    streamed: false,
    userAgent: 'openai/7',
    authenticated: true,
    tokenId: aTokenId(),
    wholesale: false,
    usageSource: 'reported',
    cost: {
      micros: 1_234_567,
      book: 'override',
      price: { provider: 'openai', model: 'gpt-*', rates: { input: '1.25', output: '10' } },
    },
    keySource: 'stored',
    keyId: 'b6a4',
    compatibilityMode: false,
    step: 0,
    attempts: [
      {
        provider: 'openai',
        startedAt: createdAt,
        duration: durationMs(800),
        status: 200,
        failure: null,
      },
    ],
    configVersion: 1,
    warnings: [],
    requestBody: { encoding: 'utf8', data: '{"model":"gpt-5"}', complete: true },
    responseBody: { encoding: 'utf8', data: '{"choices":[]}', complete: true },
    ...changes,
  };
}
