import { assertNever } from '../../assert-never.ts';
import { isRefusal, Refusal } from '../../errors/refusal.ts';
import { header } from '../../http/header-map.ts';
import { durationMs, epochMs } from '../../ids.ts';
import { type EffectiveSettings, effectiveSettings } from '../../policy/effective-settings.ts';
import type { ProviderDescriptor } from '../../providers/descriptor.ts';
import { nativeTarget, targetHeaders, upstreamUrl } from '../../providers/native-target.ts';
import { askForUsage, readModel } from '../../providers/request-body.ts';
import { needsUsageAsked, readPath } from '../../providers/request-path.ts';
import type { Authenticated, Planned, Step, Target } from '../exchange.ts';
import { planRun } from '../plan/plan-run.ts';
import { planCountTokens, planUnified } from '../plan/plan-unified.ts';
import { planUniversal } from '../plan/plan-universal.ts';
import { withCredentials } from '../plan/with-credentials.ts';
import type { Ports } from '../ports.ts';
import { unifiedEndpoint } from '../unified-endpoint.ts';

type PlanPorts = Pick<Ports, 'platformCredentials' | 'baseUrls' | 'translation'>;

/** Left to the end of the function's time, so that the answer can still be ended and recorded. */
const SETTLING_TIME = durationMs(10_000);

/** Stage 4. What will be called, in which order, with which settings and credentials. */
export async function plan(exchange: Authenticated, ports: PlanPorts): Promise<Planned | Refusal> {
  const settings = effectiveSettings(exchange.gateway.settings, exchange.request.headers);
  const steps =
    exchange.endpoint.kind === 'universal'
      ? await planUniversal(exchange, unifiedEndpoint, (step) => planTarget(step, ports))
      : await planOne(exchange, settings, ports);
  if (isRefusal(steps)) return steps;
  const [first, ...others] = steps;
  if (!first) return new Refusal('invalidRequest');
  const { arrivedAt, deadline } = exchange.request;
  const own = settings.totalTimeout.value;
  const end = Math.min(deadline - SETTLING_TIME, own === null ? Number.POSITIVE_INFINITY : arrivedAt + own);
  return {
    ...exchange,
    settings: first.settings,
    steps: [first, ...others],
    deadline: epochMs(end),
    admission: null,
  };
}

async function planOne(
  exchange: Authenticated,
  settings: EffectiveSettings,
  ports: PlanPorts,
): Promise<readonly Step[] | Refusal> {
  const target = await planTarget(exchange, ports);
  return isRefusal(target) ? target : [{ index: 0, target, settings, exchange }];
}

function planTarget(exchange: Authenticated, ports: PlanPorts): Promise<Target | Refusal> | Refusal {
  const { endpoint } = exchange;
  switch (endpoint.kind) {
    case 'native':
      if (endpoint.provider) return planNative(exchange, endpoint.provider, endpoint.path, ports);
      return new Refusal('unknownProvider', {
        message: `No provider has the name "${endpoint.name.slice(0, 64)}".`,
      });
    case 'unified':
      return planUnified(exchange, endpoint.format, ports);
    case 'count-tokens':
      return planCountTokens(exchange, ports);
    case 'run':
      return planRun(exchange, endpoint.model, ports);
    case 'universal':
    case 'catalogue':
    case 'unserved':
      return new Refusal('notServed');
    default:
      return assertNever(endpoint);
  }
}

/** A provider's own API: any method, query and body go on as they are. */
async function planNative(
  exchange: Authenticated,
  provider: ProviderDescriptor,
  path: string,
  ports: PlanPorts,
): Promise<Target | Refusal> {
  const { request } = exchange;
  const credentialed = await withCredentials(exchange, provider, ports);
  if (isRefusal(credentialed)) return credentialed;
  const resolved = nativeTarget(provider, { path, headers: credentialed.headers }, ports.baseUrls);
  if (isRefusal(resolved)) return resolved;

  const isJson = /json/i.test(header(request.headers, 'content-type') ?? 'json');
  const facts = isJson && request.body.length > 0 ? readModel(request.body) : null;
  const inBody = facts === null || isRefusal(facts) ? null : facts;
  const asked =
    inBody?.stream && needsUsageAsked(provider, path)
      ? askForUsage(request.body)
      : { body: request.body, hide: false };
  return {
    provider,
    model: readPath(provider, path).model ?? inBody?.model ?? null,
    method: request.method,
    url: upstreamUrl(resolved, credentialed.rawQuery),
    headers: targetHeaders(resolved, credentialed.headers),
    body: asked.body,
    hidesUsage: asked.hide,
    wholesale: credentialed.wholesale,
    translated: null,
  };
}
