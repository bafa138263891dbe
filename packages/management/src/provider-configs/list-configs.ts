import { Refusal } from '@weir/core';
import * as z from 'zod';
import type { GatewayCall } from '../access/endpoints.ts';
import { findGateway } from '../gateways/read-gateways.ts';
import { type ManagementAnswer, succeedWithPage } from '../http/answer.ts';
import { pageFields, readQuery, slicePage } from '../http/query.ts';
import type { ManagementPorts } from '../ports.ts';
import { viewConfig } from './config-view.ts';

const listQuery = z.strictObject(pageFields(100));

/** The gateway's keys, masked, in the order in which they were made. */
export async function listConfigs(
  call: GatewayCall,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const query = readQuery(call.request, listQuery);
  if (query instanceof Refusal) return query;
  const [gateway, uses] = await Promise.all([
    findGateway(call, ports),
    ports.keyUses.list(call.account, call.gateway),
  ]);
  if (gateway instanceof Refusal) return gateway;
  const { rows, info } = slicePage(gateway.keys, query);
  const views = rows.map((key) => viewConfig(gateway.id, key, uses.get(key.id)));
  return succeedWithPage(views, info);
}
