import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PERMISSION_GROUPS, type Permission } from '@weir/core';
import { type LocalHostOptions, startLocalHost } from '@weir/local-host';
import { type FaultUpstream, refusingUrl, startFaultUpstream } from '@weir/testkit';
import { closeConnections, type RawAnswer, type RawRequest, sendRaw } from '@weir/testkit/http';
import { StoredRecords } from './stored-records.ts';

/** What `npm run synth` writes: the template that is deployed. */
const ASSEMBLY = fileURLToPath(new URL('../../../../infra/cdk.out', import.meta.url));

/** How long the provider may be silent in these tests. */
const UPSTREAM_TIMEOUT_MS = 1_000;

export interface SentAnswer extends RawAnswer {
  /** What the request was sent under. */
  readonly eventId: string;
}

export interface TokenRequest {
  readonly permissions: readonly Permission[];
  /** Default: all of the account. */
  readonly gateways?: readonly string[];
  readonly expiresOn?: Date;
}

export interface Token {
  readonly id: string;
  readonly value: string;
}

/** The deployed shape on this machine with the fault upstream as every provider. */
export interface RunningGateway {
  readonly baseUrl: string;
  readonly account: string;
  /** The first token: it may do everything. */
  readonly token: string;
  readonly upstream: FaultUpstream;
  /** Everything that the host keeps. */
  readonly dataDir: string;
  readonly records: StoredRecords;
  /** What functions and the host wrote about failures. */
  readonly logged: readonly string[];
  /** Every event id that was sent. */
  readonly sent: readonly string[];
  /** Sends under an event id of its own, unless the request brings one. */
  send(request: RawRequest): Promise<SentAnswer>;
  /** A management call with the first token. @throws when it does not succeed. */
  manage(method: string, path: string, body?: unknown): Promise<ManagementBody>;
  createToken(request: TokenRequest): Promise<Token>;
  createGateway(id: string, settings?: Readonly<Record<string, unknown>>): Promise<void>;
  stop(): Promise<void>;
}

export interface ManagementBody {
  readonly success: boolean;
  readonly result: unknown;
}

/** Providers by what their base URLs end in; `groq` is the one at which nobody listens. */
async function providerBaseUrls(upstream: FaultUpstream): Promise<string> {
  return JSON.stringify({
    openai: `${upstream.url}/v1`,
    anthropic: upstream.url,
    'google-ai-studio': upstream.url,
    'aws-bedrock': upstream.url,
    groq: await refusingUrl(),
  });
}

interface GatewayOptions extends Pick<LocalHostOptions, 'plugins'> {
  /** Of the operator: provider keys and settings. Base URLs in it take the place of all of ours. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What the operator's settings need to know of the upstream. */
  settingsFor?(upstream: FaultUpstream): Readonly<Record<string, string>>;
}

export async function startGateway({
  plugins,
  environment,
  settingsFor,
}: GatewayOptions = {}): Promise<RunningGateway> {
  const upstream = await startFaultUpstream();
  const dataDir = await mkdtemp(join(tmpdir(), 'weir-end-to-end-'));
  const logged: string[] = [];
  const host = await startLocalHost({
    assembly: ASSEMBLY,
    dataDir,
    environment: {
      WEIR_PROVIDER_BASE_URLS: await providerBaseUrls(upstream),
      WEIR_UPSTREAM_TIMEOUT_MS: String(UPSTREAM_TIMEOUT_MS),
      ...environment,
      ...settingsFor?.(upstream),
    },
    ...(plugins ? { plugins } : {}),
    log: (source, text) => logged.push(`${source}: ${text}`),
  });
  const { baseUrl, accountId: account, apiToken: token } = host;
  const records = new StoredRecords();
  const sent: string[] = [];

  const manage: RunningGateway['manage'] = async (method, path, body) => {
    const answer = await sendRaw(baseUrl, {
      method,
      path: `/client/v4/accounts/${account}/${path}`,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
    return JSON.parse(answer.body.toString());
  };

  return {
    baseUrl,
    account,
    token,
    upstream,
    dataDir,
    records,
    logged,
    sent,
    manage,
    async send(request) {
      const eventId = request.headers?.['cf-aig-event-id'] ?? randomUUID();
      sent.push(eventId);
      const headers = { 'cf-aig-event-id': eventId, ...request.headers };
      return { ...(await sendRaw(baseUrl, { ...request, headers })), eventId };
    },
    async createToken({ permissions, gateways, expiresOn }) {
      const resources = gateways?.map((id) => `com.weir.gateway.${id}`) ?? [
        `com.cloudflare.api.account.${account}`,
      ];
      const groups = PERMISSION_GROUPS.filter(({ key }) => permissions.includes(key));
      const { result } = await manage('POST', 'tokens', {
        name: permissions.join(),
        policies: [
          {
            effect: 'allow',
            permission_groups: groups.map(({ id }) => ({ id })),
            resources: Object.fromEntries(resources.map((resource) => [resource, '*'])),
          },
        ],
        ...(expiresOn ? { expires_on: expiresOn.toISOString() } : {}),
      });
      return result as Token;
    },
    async createGateway(id, settings = {}) {
      await manage('POST', 'ai-gateway/gateways', {
        id,
        cache_invalidate_on_update: false,
        cache_ttl: 0,
        collect_logs: true,
        rate_limiting_interval: 0,
        rate_limiting_limit: 0,
        ...settings,
      });
    },
    async stop() {
      closeConnections();
      records.close();
      await host.stop();
      await upstream.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
