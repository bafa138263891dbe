import { isRefusal, Refusal } from '../../errors/refusal.ts';
import { isFault } from '../../form/fault.ts';
import type { ToTranslate, Translated } from '../../ports/translation.ts';
import type { ProviderDescriptor, UnifiedFormat } from '../../providers/descriptor.ts';
import { nativeTarget, targetHeaders, upstreamUrl } from '../../providers/native-target.ts';
import { askForUsage, readModel, rewriteModel, withoutPin } from '../../providers/request-body.ts';
import {
  type ModelTarget,
  notForUnified,
  placedModel,
  type ServedTarget,
  servedTarget,
} from '../../providers/unified-target.ts';
import type { Authenticated, Routed, Target } from '../exchange.ts';
import { findRoute } from '../route/find-route.ts';
import type { Credentialed } from './credentialed.ts';
import { nameTarget } from './name-target.ts';
import type { PlanPorts } from './plan-ports.ts';
import { withCredentials } from './with-credentials.ts';
import { isSecond, refused, withoutForeign } from './without-foreign.ts';

/** What a unified request asks for, read from its body without building it. */
export interface Asked {
  readonly format: UnifiedFormat;
  /** As the caller named it. */
  readonly name: string;
  readonly stream: boolean;
  /** Without the field that pins the provider. */
  readonly body: Uint8Array;
  readonly named: ModelTarget;
  /** The providers that were asked before, within this request. */
  readonly earlier: readonly string[];
}

/**
 * A unified endpoint (spec 1.3, 5.9): where the provider serves the client's format itself, only `model` is rewritten;
 * else the request goes through the form.
 */
export async function planUnified(
  exchange: Authenticated,
  format: UnifiedFormat,
  ports: PlanPorts,
): Promise<Target | Routed | Refusal> {
  const read = readRequest(exchange);
  if (isRefusal(read)) return read;
  const route = findRoute(exchange, read.name);
  if (isRefusal(route)) return route;
  if (route)
    return {
      kind: 'routed',
      route,
      planAs: (again, provider, model, earlier) => {
        const name = `${provider}/${model}`;
        return planNamed(again, { ...read, format, name, pin: null, earlier }, ports);
      },
    };
  return planNamed(exchange, { ...read, format, earlier: [] }, ports);
}

async function planNamed(
  exchange: Authenticated,
  { pin, ...asked }: Omit<Asked, 'named'> & { readonly pin: string | null },
  ports: PlanPorts,
): Promise<Target | Refusal> {
  const named = await nameTarget(asked.name, pin, exchange.config.account, ports);
  return isRefusal(named) ? named : planAsked(exchange, { ...asked, named }, ports);
}

export async function planAsked(
  exchange: Authenticated,
  asked: Asked,
  ports: PlanPorts,
): Promise<Target | Refusal> {
  const { provider } = asked.named;
  if (!provider.translated) return notForUnified(provider);
  // Where the provider is to be found may stand in the credential.
  const credentialed = await withCredentials(exchange, provider, ports);
  if (isRefusal(credentialed)) return credentialed;
  const served = servedTarget(asked.named, asked.format, ports.baseUrls, credentialed.place);
  if (isRefusal(served)) return served;
  if (served) return passOn(asked, served, credentialed, ports);
  return isSecond(asked) ? translateClean(asked, credentialed, ports) : translate(asked, credentialed, ports);
}

/** To a provider that speaks the client's format: byte for byte, but for what is bound to other providers. */
async function passOn(
  asked: Asked,
  served: ServedTarget,
  credentialed: Credentialed,
  ports: PlanPorts,
): Promise<Target | Refusal> {
  const unbound = await withoutForeign(asked, credentialed, ports);
  if (unbound === null) return passThrough(asked, served, credentialed);
  if (isRefusal(unbound)) return unbound;
  if (unbound.needsForm) return translate(asked, credentialed, ports);
  const { body, leftOut } = unbound;
  return { ...passThrough({ ...asked, body }, served, credentialed), leftOut };
}

/**
 * Anthropic's count of a request's tokens. Only those who serve that format count: the other providers' counts are of
 * their own formats, and an estimate would pass for a count (spec/providers 3.2).
 */
export async function planCountTokens(exchange: Authenticated, ports: PlanPorts): Promise<Target | Refusal> {
  const read = readRequest(exchange);
  if (isRefusal(read)) return read;
  const named = await nameTarget(read.name, read.pin, exchange.config.account, ports);
  if (isRefusal(named)) return named;
  const asked: Asked = { ...read, format: 'anthropic-messages', named, earlier: [] };
  const { provider } = named;
  const served = servedTarget(asked.named, 'anthropic-messages', ports.baseUrls);
  if (isRefusal(served)) return served;
  if (served === null)
    return new Refusal('notCounted', {
      message: `${provider.name} does not count the tokens of Anthropic requests. Leave the count out.`,
    });
  const credentialed = await withCredentials(exchange, provider, ports);
  if (isRefusal(credentialed)) return credentialed;
  const counted = { ...served, url: `${served.url}/count_tokens` };
  const unbound = await withoutForeign(asked, credentialed, ports);
  if (unbound === null) return passThrough(asked, counted, credentialed);
  if (isRefusal(unbound)) return unbound;
  const { body, leftOut } = unbound;
  return { ...passThrough({ ...asked, body }, counted, credentialed), leftOut };
}

interface ReadRequest {
  readonly name: string;
  readonly pin: string | null;
  readonly stream: boolean;
  readonly body: Uint8Array;
}

function readRequest({ request }: Authenticated): ReadRequest | Refusal {
  if (request.method !== 'POST')
    return new Refusal('methodNotAllowed', { message: 'Use POST for this endpoint.', allow: 'POST' });
  const facts = readModel(request.body);
  if (isRefusal(facts)) return facts;
  const { model: name, pin, stream } = facts;
  if (name === null)
    return new Refusal('invalidRequest', {
      message: '"model" is required and must be a string.',
      path: ['body', 'model'],
    });
  return { name, pin, stream, body: pin === null ? request.body : withoutPin(request.body) };
}

/** The form takes one family's reasoning to all of it, so what the second cannot read goes before. */
async function translateClean(
  asked: Asked,
  credentialed: Credentialed,
  ports: PlanPorts,
): Promise<Target | Refusal> {
  const unbound = await withoutForeign(asked, credentialed, ports);
  if (unbound === null) return translate(asked, credentialed, ports);
  if (isRefusal(unbound)) return unbound;
  const target = await translate({ ...asked, body: unbound.body }, credentialed, ports);
  return isRefusal(target) ? target : { ...target, leftOut: unbound.leftOut };
}

function passThrough(
  { format, stream, body, named: { provider } }: Asked,
  { url, model }: ServedTarget,
  { headers, credential }: Credentialed,
): Target {
  const renamed = rewriteModel(body, model) ?? body;
  const asks = format === 'openai-chat' && stream && provider.streamUsage === 'on-request';
  const asked = asks ? askForUsage(renamed) : { body: renamed, hide: false };
  return {
    provider,
    model,
    method: 'POST',
    url,
    headers,
    body: asked.body,
    hidesUsage: asked.hide,
    credential,
    translated: null,
  };
}

async function translate(
  asked: Asked,
  { headers, credential, place }: Credentialed,
  ports: PlanPorts,
): Promise<Target | Refusal> {
  const { provider, model } = asked.named;
  const translator = await ports.translation.load();
  const given = {
    body: asked.body,
    provider: toTranslateFor(provider),
    model,
    placedModel: placedModel(asked.named, place),
    requestedModel: asked.name,
  };
  const translated =
    asked.format === 'embeddings'
      ? translator.embed(given)
      : translator.translate({ ...given, dialect: asked.format });
  if (translated === null)
    return new Refusal('notTranslated', {
      message: `${provider.name} is not served on this endpoint. Use its native endpoint.`,
    });
  if (isFault(translated)) return refused(translated);
  const sent = headersFor(provider.credentialHeaders, headers, translated);
  const resolved = nativeTarget(provider, { path: translated.path, headers: sent }, ports.baseUrls, place);
  if (isRefusal(resolved)) return resolved;
  return {
    provider,
    model,
    method: 'POST',
    url: upstreamUrl(resolved, translated.query),
    headers: targetHeaders(resolved, sent),
    body: translated.body,
    hidesUsage: false,
    credential,
    translated,
    leftOut: translated.leftOut,
  };
}

/** No registry knows a custom provider: what it serves is said with the request. */
function toTranslateFor({ slug, name, cacheTag, serves }: ProviderDescriptor): ToTranslate['provider'] {
  const chatPath = cacheTag === undefined ? undefined : serves['openai-chat']?.path;
  return { slug, name, ...(chatPath === undefined ? {} : { chatPath }) };
}

/** Of the client's headers only what is no part of its format: the others speak to another API. */
const KEPT_HEADERS = ['user-agent', 'accept-encoding', 'traceparent', 'tracestate'];

function headersFor(
  credentials: readonly string[],
  headers: ReadonlyMap<string, readonly string[]>,
  translated: Translated,
): Map<string, readonly string[]> {
  const kept = new Map<string, readonly string[]>();
  for (const name of [...KEPT_HEADERS, ...credentials]) {
    const values = headers.get(name);
    if (values) kept.set(name, values);
  }
  kept.set('content-type', ['application/json']);
  for (const [name, value] of translated.headers) kept.set(name, [value]);
  return kept;
}
