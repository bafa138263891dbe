import { Refusal } from '@weir/core';
import type { GatewayCall } from '../access/endpoints.ts';
import { type ManagementAnswer, succeed, succeedRaw } from '../http/answer.ts';
import { readBody } from '../http/json-body.ts';
import type { ManagementPorts } from '../ports.ts';
import { changeRoutes, keyOf, nameTaken, routeNamed, withRoute } from './change-routes.ts';
import { renamingBody } from './route-body.ts';
import { viewDeployedRoute, viewRoute } from './route-view.ts';

/** Renames (spec 5.10-7): what named the route before finds it no more within 5 s. */
export async function renameRoute(
  call: GatewayCall,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const body = readBody(call.request, renamingBody);
  if (body instanceof Refusal) return body;
  const renamed = await changeRoutes(call, ports, async (gateway) => {
    const route = routeNamed(call, gateway);
    if (route instanceof Refusal) return route;
    const modifiedAt = new Date(ports.clock.now()).toISOString();
    return (
      nameTaken(gateway, body.name, route.id) ?? withRoute(gateway, { ...route, name: body.name, modifiedAt })
    );
  });
  return renamed instanceof Refusal ? renamed : succeedRaw({ route: viewDeployedRoute(call, renamed) });
}

/**
 * Deletes a route for good and answers what it was. When the first call dies between the two writes, the caller's next one
 * finds no route and still ends what was kept of it.
 */
export async function deleteRoute(
  call: GatewayCall,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const deleted = await changeRoutes(call, ports, async (gateway) => {
    const route = routeNamed(call, gateway);
    if (route instanceof Refusal) return route;
    return { routes: gateway.routes.filter(({ id }) => id !== route.id), route };
  });
  const { id = '' } = call.parameters;
  const isGone = !(deleted instanceof Refusal) || (deleted.name === 'notFound' && isRouteId(id));
  if (isGone) await ports.routes.deleteRoute(keyOf(call, { id }));
  return deleted instanceof Refusal ? deleted : succeed(viewRoute(call, deleted));
}

const isRouteId = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
