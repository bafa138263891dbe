import type { Refusal } from '@weir/core';
import { type GatewayCall, noGateway } from '../access/endpoints.ts';
import { type ManagementAnswer, succeed } from '../http/answer.ts';
import type { ManagementPorts } from '../ports.ts';
import { viewGateway } from './gateway-view.ts';

/**
 * Deletes the gateway for good with all it logged and kept of its routes, and answers what it was. When the first call dies
 * in between, the caller's next one finds no gateway and still ends the rest, so a later gateway of this id never shows it.
 * The time is taken first: what a gateway created meanwhile logs or keeps is not touched.
 */
export async function deleteGateway(
  { account, gateway }: GatewayCall,
  { gateways, logs, routes, clock }: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const until = clock.now();
  const deleted = await gateways.delete(account, gateway);
  await Promise.all([
    logs.deleteGateway(account, gateway, until),
    routes.deleteGateway(account, gateway, until),
  ]);
  return deleted === null ? noGateway(gateway) : succeed(viewGateway(deleted));
}
