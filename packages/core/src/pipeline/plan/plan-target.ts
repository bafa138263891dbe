import { assertNever } from '../../assert-never.ts';
import { isRefusal, Refusal } from '../../errors/refusal.ts';
import { header } from '../../http/header-map.ts';
import type { ProviderDescriptor } from '../../providers/descriptor.ts';
import { nativeTarget, targetHeaders, upstreamUrl } from '../../providers/native-target.ts';
import { askForUsage, readModel } from '../../providers/request-body.ts';
import { needsUsageAsked, readPath } from '../../providers/request-path.ts';
import type { Authenticated, Routed, Target } from '../exchange.ts';
import type { InboundRequest } from '../inbound-request.ts';
import type { PlanPorts } from './plan-ports.ts';
import { planRun } from './plan-run.ts';
import { planCountTokens, planUnified } from './plan-unified.ts';
import { withCredentials } from './with-credentials.ts';

/**
 * What one request will call, or the route that decides it: any endpoint but the universal one, whose steps are requests of
 * their own.
 */
export async function planTarget(
  exchange: Authenticated,
  ports: PlanPorts,
): Promise<Target | Routed | Refusal> {
  const planned = await planEndpoint(exchange, ports);
  if (isRefusal(planned)) return planned;
  if (!('kind' in planned)) return withOwnHeaders(planned);
  return {
    ...planned,
    planAs: async (...call) => {
      const target = await planned.planAs(...call);
      return isRefusal(target) ? target : withOwnHeaders(target);
    },
  };
}

/** A custom provider's own headers stand on every request to it (spec 5.15). */
function withOwnHeaders(target: Target): Target {
  const own = target.provider.headers;
  if (own === undefined) return target;
  const headers = new Map(target.headers);
  for (const [name, value] of own) headers.set(name, [value]);
  return { ...target, headers };
}

function planEndpoint(
  exchange: Authenticated,
  ports: PlanPorts,
): Promise<Target | Routed | Refusal> | Refusal {
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
  const resolved = nativeTarget(
    provider,
    { path, headers: credentialed.headers },
    ports.baseUrls,
    credentialed.place,
  );
  if (isRefusal(resolved)) return resolved;

  const facts = mayBeJson(request) ? readModel(request.body) : null;
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
    credential: credentialed.credential,
    translated: null,
  };
}

const [SPACE, BRACE] = [0x20, 0x7b];

/** Some providers read JSON whatever it is called, and `curl -d` and `fetch` call it a form and plain text. */
const mayBeJson = ({ headers, body }: InboundRequest): boolean =>
  body.length > 0 &&
  (/json/i.test(header(headers, 'content-type') ?? 'json') || body.find((byte) => byte > SPACE) === BRACE);
