import { randomUUID } from 'node:crypto';
import { Refusal } from '@weir/core';
import * as z from 'zod';
import type { GatewayCall } from '../access/endpoints.ts';
import { type ManagementAnswer, succeed } from '../http/answer.ts';
import { readBody } from '../http/json-body.ts';
import { pageFields, readQuery, slicePage, wholeNumber } from '../http/query.ts';
import type { ManagementPorts } from '../ports.ts';
import { changeRoutes, findRoute, keyOf, routeNamed, withRoute } from './change-routes.ts';
import { succeedWithRows } from './read-routes.ts';
import { deploymentBody } from './route-body.ts';
import { deploymentOf, viewDeployment, viewRoute } from './route-view.ts';
import { findVersion } from './versions.ts';

/** Deployments are cheap and may be many; so far back goes what is listed. */
const MOST_LISTED = 1_000;

/** The official client has no page to ask for here. */
const listQuery = z.strictObject({
  ...pageFields(100),
  page: wholeNumber(1, MOST_LISTED).default(1),
  per_page: wholeNumber(1, 100).default(100),
});

/** What was deployed when, newest first: the first is what serves now, and each of the others did. */
export async function listDeployments(
  call: GatewayCall,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const query = readQuery(call.request, listQuery);
  if (query instanceof Refusal) return query;
  const route = await findRoute(call, ports);
  if (route instanceof Refusal) return route;
  const current = deploymentOf(route);
  const most = Math.min(MOST_LISTED, query.page * query.per_page);
  const before = await ports.routes.listDeployments(keyOf(call, route), most);
  const deployments = [current, ...before.filter(({ id }) => id !== current.id)].slice(0, most);
  const { rows } = slicePage(deployments, query);
  return succeedWithRows('deployments', rows.map(viewDeployment), query, 'desc');
}

/**
 * Lets a version serve (spec 5.10-7); an older one is a rollback. What serves now goes into the history before another takes
 * its place in the gateway's one item, so there is nothing in the history that never served, and nothing that did is missing,
 * wherever this dies. Deploying what is deployed changes nothing.
 */
export async function createDeployment(
  call: GatewayCall,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const body = readBody(call.request, deploymentBody);
  if (body instanceof Refusal) return body;
  const deployed = await changeRoutes(call, ports, async (gateway) => {
    const route = routeNamed(call, gateway);
    if (route instanceof Refusal) return route;
    if (route.versionId === body.version_id) return { routes: gateway.routes, route };
    const version = await findVersion(call, route, body.version_id, ports);
    if (version instanceof Refusal) return version;
    await ports.routes.putDeployment(keyOf(call, route), deploymentOf(route));
    const deployedAt = new Date(ports.clock.now()).toISOString();
    return withRoute(gateway, {
      ...route,
      versionId: version.id,
      elements: version.elements,
      versionCreatedAt: version.createdAt,
      deploymentId: randomUUID(),
      deployedAt,
      modifiedAt: deployedAt,
    });
  });
  return deployed instanceof Refusal ? deployed : succeed(viewRoute(call, deployed));
}
