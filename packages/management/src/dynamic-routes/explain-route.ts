import { type DeployedRoute, type GatewaySnapshot, type JsonValue, Refusal } from '@weir/core';
import type { GatewayCall } from '../access/endpoints.ts';
import { findGateway } from '../gateways/read-gateways.ts';
import { type ManagementAnswer, succeed } from '../http/answer.ts';
import { readBody } from '../http/json-body.ts';
import type { ManagementPorts } from '../ports.ts';
import { routeNamed } from './change-routes.ts';
import { type Explanation, explainWay } from './explained-way.ts';
import { readElements } from './read-elements.ts';
import { explainGraphBody, explainRouteBody } from './route-body.ts';
import { findVersion } from './versions.ts';

/**
 * Ours: the path that a sample request would take through the route as it is deployed, through one of its versions, or through
 * a graph that may take its place, with what its counts and budgets hold now. Calls nobody and counts nothing.
 */
export async function explainRoute(
  call: GatewayCall,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const body = readBody(call.request, explainRouteBody);
  if (body instanceof Refusal) return body;
  const gateway = await findGateway(call, ports);
  if (gateway instanceof Refusal) return gateway;
  const route = await routeToExplain(call, gateway, body, ports);
  if (route instanceof Refusal) return route;
  return succeed(
    viewExplanation(await explainWay({ gateway, route, counted: route.id, sample: body }, ports)),
  );
}

/** Ours: the same for a graph of which nothing is kept, so that nothing was counted for it either. */
export async function explainGraph(
  call: GatewayCall,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const body = readBody(call.request, explainGraphBody);
  if (body instanceof Refusal) return body;
  const gateway = await findGateway(call, ports);
  if (gateway instanceof Refusal) return gateway;
  const elements = await readElements(call, body.elements, ports);
  if (elements instanceof Refusal) return elements;
  const route = { id: '', name: '', versionId: '', elements };
  return succeed(viewExplanation(await explainWay({ gateway, route, counted: null, sample: body }, ports)));
}

async function routeToExplain(
  call: GatewayCall,
  gateway: GatewaySnapshot,
  asked: { readonly elements?: readonly unknown[]; readonly version_id?: string },
  ports: ManagementPorts,
): Promise<DeployedRoute | Refusal> {
  const route = routeNamed(call, gateway);
  if (route instanceof Refusal) return route;
  if (asked.elements !== undefined) {
    const elements = await readElements(call, asked.elements, ports);
    return elements instanceof Refusal ? elements : { ...route, elements };
  }
  const version = await findVersion(call, route, asked.version_id ?? route.versionId, ports);
  if (version instanceof Refusal) return version;
  return { ...route, versionId: version.id, elements: version.elements };
}

function viewExplanation({ steps, current, answered, why }: Explanation): JsonValue {
  return {
    path: steps.map((step) => ({
      element: step.element,
      type: step.type,
      branch: step.branch,
      why: step.why,
      ...(step.type === 'rate' ? { current: current.get(step.element) ?? null } : {}),
    })),
    result: answered
      ? { kind: 'model', provider: answered.provider, model: answered.model, element: answered.element }
      : { kind: 'ended', why },
  };
}
