import { type JsonValue, Refusal } from '@weir/core';
import * as z from 'zod';
import type { GatewayCall } from '../access/endpoints.ts';
import { findGateway } from '../gateways/read-gateways.ts';
import { type ManagementAnswer, succeed, succeedRaw } from '../http/answer.ts';
import { type PageRequest, pageFields, readQuery, slicePage } from '../http/query.ts';
import type { ManagementPorts } from '../ports.ts';
import { findRoute } from './change-routes.ts';
import { viewDeployedRoute } from './route-view.ts';

const listQuery = z.strictObject(pageFields(100));

/** The gateway's routes, in the order in which they were made. */
export async function listRoutes(
  call: GatewayCall,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const query = readQuery(call.request, listQuery);
  if (query instanceof Refusal) return query;
  const gateway = await findGateway(call, ports);
  if (gateway instanceof Refusal) return gateway;
  const { rows } = slicePage(gateway.routes, query);
  return succeedWithRows(
    'routes',
    rows.map((route) => viewDeployedRoute(call, route)),
    query,
    'asc',
  );
}

export async function getRoute(
  call: GatewayCall,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const route = await findRoute(call, ports);
  return route instanceof Refusal ? route : succeed(viewDeployedRoute(call, route));
}

/** A list of what routes have, in the envelope that it has in the contract and nothing else has (spec 1.5). */
export function succeedWithRows(
  name: 'routes' | 'versions' | 'deployments',
  rows: readonly JsonValue[],
  { page, per_page }: PageRequest,
  direction: 'asc' | 'desc',
): ManagementAnswer {
  return succeedRaw({
    data: { [name]: rows, page, per_page, order_by: 'created_at', order_by_direction: direction },
  });
}
