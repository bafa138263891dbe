import { randomUUID } from 'node:crypto';
import { type GatewaySnapshot, Refusal } from '@weir/core';
import type { GatewayCall } from '../access/endpoints.ts';
import { findGateway } from '../gateways/read-gateways.ts';
import { type ManagementAnswer, succeed } from '../http/answer.ts';
import { readBody } from '../http/json-body.ts';
import type { ManagementPorts } from '../ports.ts';
import { changeRoutes, keyOf, nameTaken } from './change-routes.ts';
import { readElements } from './read-elements.ts';
import { newRouteBody } from './route-body.ts';
import { versionOf, viewDeployedRoute } from './route-view.ts';

/**
 * Makes a route with its first version, and deploys it (spec 5.10-6). The version is kept before the gateway names the route,
 * so a route that is there can always go back to it. When this dies in between, a version is left that no route has: nobody
 * sees it, and it goes with the gateway.
 */
export async function createRoute(
  call: GatewayCall,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const body = readBody(call.request, newRouteBody);
  if (body instanceof Refusal) return body;
  const elements = await readElements(call, body.elements, ports);
  if (elements instanceof Refusal) return elements;
  const gateway = await findGateway(call, ports);
  if (gateway instanceof Refusal) return gateway;
  // What would be refused anyway leaves nothing behind.
  const refusal = objectionTo(body.name, gateway, ports);
  if (refusal) return refusal;
  const createdAt = new Date(ports.clock.now()).toISOString();
  const route = {
    id: randomUUID(),
    name: body.name,
    versionId: randomUUID(),
    elements,
    createdAt,
    modifiedAt: createdAt,
    versionCreatedAt: createdAt,
    deploymentId: randomUUID(),
    deployedAt: createdAt,
  };
  const key = keyOf(call, route);
  await ports.routes.putVersion(key, versionOf(route));
  const created = await changeRoutes(
    call,
    ports,
    async (current) =>
      objectionTo(body.name, current, ports) ?? { routes: [...current.routes, route], route },
  );
  if (!(created instanceof Refusal)) return succeed(viewDeployedRoute(call, created));
  await ports.routes.deleteRoute(key);
  return created;
}

/** Why the gateway cannot take another route of this name; null: it can. */
function objectionTo(name: string, gateway: GatewaySnapshot, { limits }: ManagementPorts): Refusal | null {
  const taken = nameTaken(gateway, name, null);
  if (taken) return taken;
  if (gateway.routes.length < limits.routesPerGateway) return null;
  return new Refusal('routeQuota', {
    message: `This gateway may have ${limits.routesPerGateway} routes and has them. Delete one first.`,
  });
}
