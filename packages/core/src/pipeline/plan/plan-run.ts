import { isRefusal, Refusal } from '../../errors/refusal.ts';
import { header } from '../../http/header-map.ts';
import type { ProviderDescriptor } from '../../providers/descriptor.ts';
import { nativeTarget, targetHeaders, upstreamUrl } from '../../providers/native-target.ts';
import { readModel, setModel } from '../../providers/request-body.ts';
import { type ModelTarget, placedModel } from '../../providers/unified-target.ts';
import type { Authenticated, Routed, Target } from '../exchange.ts';
import { findRoute } from '../route/find-route.ts';
import { nameTarget } from './name-target.ts';
import type { PlanPorts } from './plan-ports.ts';
import { planAsked } from './plan-unified.ts';
import { type RunRequest, readRunRequest, runFormat } from './run-input.ts';
import { withCredentials } from './with-credentials.ts';

interface Run extends RunRequest {
  readonly named: ModelTarget;
}

/**
 * `/ai/run` (spec 1.3, 5.3): the model's own input in an envelope, or as the body where the path names the model. The
 * input passes through in the format it is written in, which its members tell; what the provider does not serve in that
 * format is translated.
 */
export async function planRun(
  exchange: Authenticated,
  modelInPath: string | null,
  ports: PlanPorts,
): Promise<Target | Routed | Refusal> {
  const run = readRunRequest(exchange, modelInPath);
  if (isRefusal(run)) return run;
  const route = findRoute(exchange, run.name);
  if (isRefusal(route)) return route;
  if (route)
    return {
      kind: 'routed',
      route,
      planAs: (again, provider, model, earlier) =>
        planNamed(again, { ...run, name: `${provider}/${model}`, pin: null }, earlier, ports),
    };
  return planNamed(exchange, run, [], ports);
}

async function planNamed(
  exchange: Authenticated,
  request: RunRequest,
  earlier: readonly string[],
  ports: PlanPorts,
): Promise<Target | Refusal> {
  const named = await nameTarget(request.name, request.pin, exchange.config.account, ports);
  if (isRefusal(named)) return named;
  const run = { ...request, named };
  const { input } = run;
  if (named.provider.slug === 'workers-ai')
    return planNative(exchange, run, (model) => `run/${model}`, '', ports);

  const facts = readModel(input);
  if (isRefusal(facts)) return facts;
  if (facts.members.has('contents')) {
    const verb = facts.stream ? 'streamGenerateContent' : 'generateContent';
    const pathOf = (model: string) => contentsPath(named.provider, model, verb);
    return planNative(exchange, run, pathOf, facts.stream ? 'alt=sse' : '', ports);
  }
  const format = runFormat(facts.members, named);
  if (format === null) return unknownInput(named.provider);
  const body = setModel(input, run.name);
  return planAsked(exchange, { format, name: run.name, stream: facts.stream, body, named, earlier }, ports);
}

const unknownInput = ({ name }: ProviderDescriptor) =>
  new Refusal('invalidRequest', {
    message: `"input" must be what a model of ${name} takes: "messages", "input" or the provider's own form. For anything else use the provider's native endpoint.`,
    path: ['body', 'input'],
  });

/** Google's own request goes to Google only. */
function contentsPath({ slug }: ProviderDescriptor, model: string, verb: string): string | null {
  if (slug === 'google-ai-studio') return `v1beta/models/${encodeURIComponent(model)}:${verb}`;
  return slug === 'google-vertex-ai' && model.startsWith('projects/') ? `v1/${model}:${verb}` : null;
}

/** The provider's own endpoint, with the input's bytes as they are. `pathOf`: null when the provider has none for it. */
async function planNative(
  exchange: Authenticated,
  { named: { provider, model }, input }: Run,
  pathOf: (model: string) => string | null,
  query: string,
  ports: PlanPorts,
): Promise<Target | Refusal> {
  const credentialed = await withCredentials(exchange, provider, ports);
  if (isRefusal(credentialed)) return credentialed;
  const { headers, credential, place } = credentialed;
  const path = pathOf(placedModel({ provider, model }, place));
  if (path === null) return unknownInput(provider);
  if (header(headers, 'content-type') === undefined) headers.set('content-type', ['application/json']);
  const resolved = nativeTarget(provider, { path, headers }, ports.baseUrls, place);
  if (isRefusal(resolved)) return resolved;
  return {
    provider,
    model,
    method: 'POST',
    url: upstreamUrl(resolved, query),
    headers: targetHeaders(resolved, headers),
    body: input,
    hidesUsage: false,
    credential,
    translated: null,
  };
}
