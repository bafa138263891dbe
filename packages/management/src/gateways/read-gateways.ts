import { type GatewaySnapshot, permits, Refusal } from '@weir/core';
import * as z from 'zod';
import { type Call, type GatewayCall, noGateway } from '../access/endpoints.ts';
import { type ManagementAnswer, succeed, succeedWithPage } from '../http/answer.ts';
import { pageFields, readQuery, slicePage } from '../http/query.ts';
import type { ManagementPorts } from '../ports.ts';
import { viewGateway } from './gateway-view.ts';

const listQuery = z.strictObject({ ...pageFields(100), search: z.string().default('') });

/** The account's gateways that the token may read, by id. `search` is a part of the id. */
export async function listGateways(call: Call, ports: ManagementPorts): Promise<ManagementAnswer | Refusal> {
  const query = readQuery(call.request, listQuery);
  if (query instanceof Refusal) return query;
  const wanted = query.search.toLowerCase();
  const gateways = (await ports.gateways.list(call.account)).filter(
    ({ id }) => id.includes(wanted) && permits(call.token, 'gateway:read', id),
  );
  const { rows, info } = slicePage(gateways, query);
  return succeedWithPage(rows.map(viewGateway), info);
}

export async function getGateway(
  call: GatewayCall,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const gateway = await findGateway(call, ports);
  return gateway instanceof Refusal ? gateway : succeed(viewGateway(gateway));
}

/** The gateway that the call is about, or the 404 that says there is none. */
export async function findGateway(
  { account, gateway }: GatewayCall,
  { gateways }: Pick<ManagementPorts, 'gateways'>,
): Promise<GatewaySnapshot | Refusal> {
  return (await gateways.get(account, gateway)) ?? noGateway(gateway);
}
