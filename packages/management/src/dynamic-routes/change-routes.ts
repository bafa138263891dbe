import { type GatewayRoute, type GatewaySnapshot, Refusal, type RouteKey } from '@weir/core';
import type { GatewayCall } from '../access/endpoints.ts';
import { findGateway } from '../gateways/read-gateways.ts';
import { ROUNDS } from '../gateways/rounds.ts';
import { tooLarge } from '../gateways/snapshot-size.ts';
import type { ManagementPorts } from '../ports.ts';

/** The gateway's routes from now on, and the one that the call was about. */
export interface RouteChange {
  readonly routes: readonly GatewayRoute[];
  readonly route: GatewayRoute;
}

/**
 * Changes the gateway's routes in one conditional write, on the newest state when someone else changed the gateway meanwhile.
 * Names are told apart, and routes counted, in the state that is replaced: both rules hold exactly.
 */
export async function changeRoutes(
  call: GatewayCall,
  ports: ManagementPorts,
  change: (gateway: GatewaySnapshot) => Promise<RouteChange | Refusal>,
): Promise<GatewayRoute | Refusal> {
  for (let round = 0; round < ROUNDS; round++) {
    const gateway = await findGateway(call, ports);
    if (gateway instanceof Refusal) return gateway;
    const changed = await change(gateway);
    if (changed instanceof Refusal) return changed;
    const { routes, route } = changed;
    if (routes === gateway.routes) return route;
    const refusal = tooLarge({ ...gateway, routes });
    if (refusal && routes.length >= gateway.routes.length) return refusal;
    const updated = await ports.gateways.update(gateway, gateway.settings, { routes });
    if (updated !== 'changed') return route;
  }
  return new Refusal('conflict');
}

/** The gateway's routes with `route` in the place of the one of its id. */
export const withRoute = ({ routes }: GatewaySnapshot, route: GatewayRoute): RouteChange => ({
  routes: routes.map((other) => (other.id === route.id ? route : other)),
  route,
});

/** The refusal where another route has the name already, else null. */
export function nameTaken({ routes }: GatewaySnapshot, name: string, id: string | null): Refusal | null {
  if (!routes.some((route) => route.name === name && route.id !== id)) return null;
  return new Refusal('duplicate', {
    message: `The gateway has a route "${name}" already.`,
    path: ['body', 'name'],
  });
}

/** The route that the path names, in the given state of the gateway. */
export function routeNamed(call: GatewayCall, { routes }: GatewaySnapshot): GatewayRoute | Refusal {
  const id = call.parameters.id ?? '';
  return (
    routes.find((route) => route.id === id) ??
    new Refusal('notFound', {
      message: `The gateway "${call.gateway}" has no route of the id ${JSON.stringify(id.slice(0, 64))}.`,
    })
  );
}

/** The route that the path names, as it is now. */
export async function findRoute(
  call: GatewayCall,
  ports: Pick<ManagementPorts, 'gateways'>,
): Promise<GatewayRoute | Refusal> {
  const gateway = await findGateway(call, ports);
  return gateway instanceof Refusal ? gateway : routeNamed(call, gateway);
}

export const keyOf = ({ account, gateway }: GatewayCall, { id }: Pick<GatewayRoute, 'id'>): RouteKey => ({
  account,
  gateway,
  route: id,
});
