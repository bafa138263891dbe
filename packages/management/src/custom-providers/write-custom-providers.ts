import {
  type AccountChange,
  type AccountSnapshot,
  baseUrlFault,
  type CustomProvider,
  customName,
  epochMs,
  type PriceOverride,
  Refusal,
} from '@weir/core';
import type { Call } from '../access/endpoints.ts';
import { ROUNDS } from '../gateways/rounds.ts';
import { type ManagementAnswer, succeed } from '../http/answer.ts';
import { readBody } from '../http/json-body.ts';
import type { ManagementPorts } from '../ports.ts';
import {
  type NewProvider,
  newProviderBody,
  type ProviderChange,
  providerChangeBody,
} from './provider-body.ts';
import { viewProvider } from './provider-view.ts';

/** All of an account's providers are in one item that every inference process reads. */
const MOST_BYTES = 200_000;

export async function createCustomProvider(
  call: Call,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const body = readBody(call.request, newProviderBody);
  if (body instanceof Refusal) return body;
  const objection = baseUrlRefusal(body.base_url, ports);
  if (objection) return objection;
  const provider = newProvider(body, ports);
  return changeProviders(call, ports, ({ customProviders }) => {
    if (isTaken(customProviders, provider)) return new Refusal('slugTaken', { path: ['body', 'slug'] });
    const quota = ports.limits.customProvidersPerAccount;
    if (customProviders.length >= quota)
      return new Refusal('customProviderQuota', {
        message: `This account may have ${quota} custom providers and has them. Delete one first.`,
      });
    return { provider, change: { customProviders: [...customProviders, provider] } };
  });
}

/** Any subset of the fields. A new slug takes the provider's prices along. */
export async function updateCustomProvider(
  call: Call,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const body = readBody(call.request, providerChangeBody);
  if (body instanceof Refusal) return body;
  const objection = body.base_url === undefined ? null : baseUrlRefusal(body.base_url, ports);
  if (objection) return objection;
  return changeProviders(call, ports, ({ customProviders, prices }) => {
    const current = customProviders.find(({ id }) => id === call.parameters.id);
    if (!current) return new Refusal('customProviderNotFound');
    const provider = changed(current, body, ports);
    const others = customProviders.filter(({ id }) => id !== current.id);
    if (isTaken(others, provider)) return new Refusal('slugTaken', { path: ['body', 'slug'] });
    const after = customName(provider);
    return {
      provider,
      change: {
        customProviders: customProviders.map((other) => (other.id === current.id ? provider : other)),
        prices: prices.map((price) => (isOf(current, price) ? { ...price, provider: after } : price)),
      },
    };
  });
}

/** With its prices (spec 5.15-5). What is cached for it is not found again: a provider of the same slug has another id. */
export function deleteCustomProvider(
  call: Call,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  return changeProviders(call, ports, ({ customProviders, prices }) => {
    const provider = customProviders.find(({ id }) => id === call.parameters.id);
    if (!provider) return new Refusal('customProviderNotFound');
    return {
      provider,
      change: {
        customProviders: customProviders.filter((other) => other !== provider),
        prices: prices.filter((price) => !isOf(provider, price)),
      },
    };
  });
}

interface Changed {
  /** Which the answer shows. */
  readonly provider: CustomProvider;
  readonly change: AccountChange;
}

/** One conditional write, made again from the newest state when somebody else changed the account meanwhile. */
async function changeProviders(
  { account }: Call,
  { accounts }: ManagementPorts,
  decide: (snapshot: AccountSnapshot) => Changed | Refusal,
): Promise<ManagementAnswer | Refusal> {
  for (let round = 0; round < ROUNDS; round++) {
    const snapshot = await accounts.snapshot(account);
    if (!snapshot) return new Refusal('notFound', { message: 'This account does not exist.' });
    const decided = decide(snapshot);
    if (decided instanceof Refusal) return decided;
    const { provider, change } = decided;
    if (Buffer.byteLength(JSON.stringify(change.customProviders)) > MOST_BYTES)
      return new Refusal('invalidBody', {
        message: `The custom providers of an account may have at most ${MOST_BYTES} bytes together.`,
        path: ['body'],
      });
    if ((await accounts.update(snapshot, change)) !== 'changed')
      return succeed(viewProvider(account, provider));
  }
  return new Refusal('conflict');
}

/** Paths and models find a provider in any case, so slugs differ in more than that. */
const isTaken = (others: readonly CustomProvider[], { slug }: CustomProvider) =>
  others.some((other) => other.slug.toLowerCase() === slug.toLowerCase());

const isOf = (provider: CustomProvider, price: PriceOverride) =>
  price.provider.toLowerCase() === customName(provider).toLowerCase();

function baseUrlRefusal(text: string, { privateEndpoints }: ManagementPorts): Refusal | null {
  const fault = baseUrlFault(text, privateEndpoints);
  return fault === null
    ? null
    : new Refusal('invalidBaseUrl', { message: `base_url: ${fault}`, path: ['body', 'base_url'] });
}

function newProvider(body: NewProvider, ports: ManagementPorts): CustomProvider {
  const now = new Date(ports.clock.now()).toISOString();
  return {
    id: uuid(ports.ids.random(16)),
    slug: body.slug,
    name: body.name,
    base_url: body.base_url,
    enable: body.enable ?? false,
    beta: body.beta ?? false,
    description: body.description ?? null,
    link: body.link ?? null,
    curl_example: body.curl_example ?? null,
    js_example: body.js_example ?? null,
    headers: body.headers ?? {},
    position: body.position ?? 0,
    created_at: now,
    modified_at: now,
  };
}

function changed(current: CustomProvider, body: ProviderChange, { clock }: ManagementPorts): CustomProvider {
  const { id, logo, account_id, account_tag, created_at, modified_at, headers, ...given } = body;
  // Every version has a time of its own, whatever the clock says: by it what is cached is told apart.
  const at = Math.max(clock.now(), Date.parse(current.modified_at) + 1);
  return {
    ...current,
    ...given,
    ...(headers === undefined ? {} : { headers: headers ?? {} }),
    modified_at: new Date(epochMs(at)).toISOString(),
  };
}

/** RFC 9562, version 4. */
function uuid(random: Uint8Array): string {
  const bytes = Uint8Array.from(random);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
