import { Refusal } from '../../errors/refusal.ts';
import { header } from '../../http/header-map.ts';
import { DEFAULT_GATEWAY, parseAccountId, parseGatewayId } from '../../ids.ts';
import { findProvider } from '../../providers/registry.ts';
import type { Opened, Read } from '../exchange.ts';
import type { InboundRequest } from '../inbound-request.ts';
import type { Ports } from '../ports.ts';
import { readOptions } from '../request-options.ts';
import { apiEndpoint, decodeSegment, unifiedEndpoint } from '../unified-endpoint.ts';

const MAX_HEADER_BYTES = 10_240;

/** Gives the request its ids and reads what the caller asks of us. Cannot fail. */
export function open(request: InboundRequest, ports: Pick<Ports, 'ids'>): Opened {
  const id = ports.ids.record(request.arrivedAt);
  const options = readOptions(request.headers);
  const surface = request.path.startsWith('/client/') ? 'api' : 'provider';
  return { id, requestId: id, step: 0, eventId: options.eventId ?? id, surface, request, options };
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
  const endpoint = apiEndpoint(path);
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
    gatewayId: leftOut ? DEFAULT_GATEWAY : parseGatewayId(decodeSegment(second)),
    path,
  };
  if (name === '' && path !== '') return new Refusal('noRoute');
  if (name === '') return { ...common, surface: 'provider', endpoint: { kind: 'universal' } };
  if (name.toLowerCase() === 'compat') {
    const endpoint = unifiedEndpoint(path);
    return endpoint ? { ...common, surface: 'compat', endpoint } : new Refusal('noRoute');
  }
  if (name === 'run' && path === '')
    return { ...common, surface: 'compat', endpoint: { kind: 'run', model: null } };
  return {
    ...common,
    surface: 'provider',
    endpoint: {
      kind: 'native',
      name: decodeSegment(name),
      provider: findProvider(decodeSegment(name)),
      path,
    },
  };
}

const isTargetName = (segment: string) =>
  segment.toLowerCase() === 'compat' || findProvider(segment) !== null || segment.startsWith('custom-');

function headerBytes(request: InboundRequest): number {
  let total = 0;
  for (const [name, values] of request.headers)
    for (const value of values) total += name.length + value.length;
  return total;
}
