import { Refusal } from '../../errors/refusal.ts';
import { header } from '../../http/header-map.ts';
import { DEFAULT_GATEWAY, parseAccountId, parseGatewayId } from '../../ids.ts';
import type { UnifiedFormat } from '../../providers/descriptor.ts';
import { findProvider } from '../../providers/registry.ts';
import type { Endpoint, Opened, Read } from '../exchange.ts';
import type { InboundRequest } from '../inbound-request.ts';
import type { Ports } from '../ports.ts';
import { readOptions } from '../request-options.ts';

/** Paths of the contract that later versions serve (spec 1.3, 1.4). */
const UNSERVED_API = /^(?:models\/(?:search|schema)|authors\/search|tasks\/search|tomarkdown.*)$/;
const MAX_HEADER_BYTES = 10_240;

/** Gives the request its ids and reads what the caller asks of us. Cannot fail. */
export function open(request: InboundRequest, ports: Pick<Ports, 'ids'>): Opened {
  const id = ports.ids.record(request.arrivedAt);
  const options = readOptions(request.headers);
  const surface = request.path.startsWith('/client/') ? 'api' : 'provider';
  return { id, eventId: options.eventId ?? id, surface, request, options };
}

/** Stage 1. Path → surface, account, gateway, endpoint. The body is not touched. */
export function read(opened: Opened): Read | Refusal {
  if (headerBytes(opened.request) > MAX_HEADER_BYTES) return new Refusal('headersTooLarge');
  const segments = opened.request.path.split('/').slice(1);
  if (segments[0] === 'client') return readApiHost(opened, segments);
  if (segments[0] === 'v1') return readGatewayHost(opened, segments);
  return new Refusal('noRoute');
}

/** `/client/v4/accounts/{A}/ai/…`; the gateway is named by a header (spec 1.3). */
function readApiHost(opened: Opened, segments: readonly string[]): Read | Refusal {
  const [, , , account = '', , ...rest] = segments;
  const path = rest.join('/');
  const endpoint = path.startsWith('v1/')
    ? unifiedEndpoint(path.slice(3))
    : (runEndpoint(path) ?? (UNSERVED_API.test(path) ? UNSERVED_ENDPOINT : null));
  if (endpoint === null) return new Refusal('noRoute');
  return {
    ...opened,
    surface: 'api',
    account: parseAccountId(account),
    gatewayId: parseGatewayId(header(opened.request.headers, 'cf-aig-gateway-id') ?? DEFAULT_GATEWAY),
    endpoint,
    path: `ai/${path}`,
  };
}

/**
 * `/v1/{A}/{G}/…`. Where `{G}` is left out (spec 1.4) its place holds a provider or `compat`: read so when it names one
 * and what follows does not.
 */
function readGatewayHost(opened: Opened, segments: readonly string[]): Read | Refusal {
  const [, account = '', second = '', third = ''] = segments;
  const leftOut = isTargetName(second) && !isTargetName(third);
  const name = leftOut ? second : third;
  const path = segments.slice(leftOut ? 3 : 4).join('/');
  const common = {
    ...opened,
    account: parseAccountId(account),
    gatewayId: leftOut ? DEFAULT_GATEWAY : parseGatewayId(decode(second)),
    path,
  };
  if (name === '') return { ...common, surface: 'provider', endpoint: UNSERVED_ENDPOINT };
  if (name.toLowerCase() === 'compat') {
    const endpoint = unifiedEndpoint(path);
    return endpoint ? { ...common, surface: 'compat', endpoint } : new Refusal('noRoute');
  }
  if (name === 'run' && path === '')
    return { ...common, surface: 'compat', endpoint: { kind: 'run', model: null } };
  return {
    ...common,
    surface: 'provider',
    endpoint: { kind: 'native', name: decode(name), provider: findProvider(decode(name)), path },
  };
}

/** The SDK writes the slashes of a model as `%2F` (spec 1.6-1). */
function runEndpoint(path: string): Endpoint | null {
  const model = /^run(?:\/(.*))?$/.exec(path);
  return model && { kind: 'run', model: model[1] ? decode(model[1]) : null };
}

const UNSERVED_ENDPOINT: Endpoint = { kind: 'unserved' };

const FORMATS: ReadonlyMap<string, UnifiedFormat> = new Map([
  ['chat/completions', 'openai-chat'],
  ['responses', 'openai-responses'],
  ['messages', 'anthropic-messages'],
  ['embeddings', 'embeddings'],
]);

/** @param path may begin with `v1/`: the Anthropic SDK adds it to the documented base URL (spec 1.3). */
function unifiedEndpoint(path: string): Endpoint | null {
  const name = path.replace(/^v1\//, '');
  const format = FORMATS.get(name);
  if (format) return { kind: 'unified', format };
  if (name === 'models') return { kind: 'models' };
  return name === 'messages/count_tokens' ? { kind: 'count-tokens' } : null;
}

const isTargetName = (segment: string) =>
  segment.toLowerCase() === 'compat' || findProvider(segment) !== null || segment.startsWith('custom-');

function headerBytes(request: InboundRequest): number {
  let total = 0;
  for (const [name, values] of request.headers)
    for (const value of values) total += name.length + value.length;
  return total;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // Not a name of anything: the look-up that follows says so.
    return segment;
  }
}
