import { randomUUID } from 'node:crypto';
import { type GatewayRoute, Refusal, type RouteVersion } from '@weir/core';
import * as z from 'zod';
import type { GatewayCall } from '../access/endpoints.ts';
import { type ManagementAnswer, succeed } from '../http/answer.ts';
import { readBody } from '../http/json-body.ts';
import { pageFields, readQuery, slicePage, wholeNumber } from '../http/query.ts';
import type { ManagementPorts } from '../ports.ts';
import { findRoute, keyOf } from './change-routes.ts';
import { readElements } from './read-elements.ts';
import { succeedWithRows } from './read-routes.ts';
import { newVersionBody } from './route-body.ts';
import { versionOf, viewRoute, viewVersion } from './route-view.ts';

/** The official client has no page to ask for here, so the first one holds all. */
const listQuery = z.strictObject({ ...pageFields(100), per_page: wholeNumber(1, 100).default(100) });

/** The route's versions, newest first. */
export async function listVersions(
  call: GatewayCall,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const query = readQuery(call.request, listQuery);
  if (query instanceof Refusal) return query;
  const route = await findRoute(call, ports);
  if (route instanceof Refusal) return route;
  const kept = await ports.routes.listVersions(keyOf(call, route));
  const { rows } = slicePage(withDeployed(kept, route), query);
  return succeedWithRows(
    'versions',
    rows.map((version) => viewVersion(route, version)),
    query,
    'desc',
  );
}

/** What is deployed is shown, also when somebody deleted the version in the moment in which it was deployed. */
function withDeployed(kept: readonly RouteVersion[], route: GatewayRoute): readonly RouteVersion[] {
  return kept.some(({ id }) => id === route.versionId) ? kept : [versionOf(route), ...kept];
}

/** Keeps a graph; it serves nobody until it is deployed (spec 5.10-7). */
export async function createVersion(
  call: GatewayCall,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const body = readBody(call.request, newVersionBody);
  if (body instanceof Refusal) return body;
  const route = await findRoute(call, ports);
  if (route instanceof Refusal) return route;
  const elements = await readElements(call, body.elements, ports);
  if (elements instanceof Refusal) return elements;
  const key = keyOf(call, route);
  const { versionsPerRoute } = ports.limits;
  if ((await ports.routes.countVersions(key)) >= versionsPerRoute)
    return new Refusal('versionQuota', {
      message: `This route may have ${versionsPerRoute} versions and has them. Delete one first.`,
    });
  const createdAt = new Date(ports.clock.now()).toISOString();
  const version = { id: randomUUID(), elements, createdAt };
  await ports.routes.putVersion(key, version);
  // Ours: whoever made a version wants to deploy it, and the contract's answer does not name it.
  return succeed({ ...viewRoute(call, route, elements), version_id: version.id });
}

export async function getVersion(
  call: GatewayCall,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const route = await findRoute(call, ports);
  if (route instanceof Refusal) return route;
  const version = await findVersion(call, route, versionIn(call), ports);
  if (version instanceof Refusal) return version;
  return succeed({ ...viewRoute(call, route, version.elements), ...viewVersion(route, version) });
}

/** Ours. What is deployed stays: deploy another version first. */
export async function deleteVersion(
  call: GatewayCall,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const route = await findRoute(call, ports);
  if (route instanceof Refusal) return route;
  const version = await findVersion(call, route, versionIn(call), ports);
  if (version instanceof Refusal) return version;
  if (version.id === route.versionId) return new Refusal('versionDeployed');
  await ports.routes.deleteVersion(keyOf(call, route), version.id);
  return succeed(viewVersion(route, version));
}

const versionIn = ({ parameters }: GatewayCall) => parameters.version ?? '';

/** The route's version of this id; the deployed one is in the gateway's snapshot. */
export async function findVersion(
  call: GatewayCall,
  route: GatewayRoute,
  id: string,
  { routes }: Pick<ManagementPorts, 'routes'>,
): Promise<RouteVersion | Refusal> {
  if (id === route.versionId) return versionOf(route);
  // A key has at most 1,024 bytes.
  const version = id.length > 64 ? null : await routes.getVersion(keyOf(call, route), id);
  return (
    version ??
    new Refusal('notFound', {
      message: `The route "${route.name}" has no version ${JSON.stringify(id.slice(0, 64))}.`,
    })
  );
}
