import { findProvider, Refusal } from '@weir/core';
import type { GatewayCall } from '../access/endpoints.ts';
import { type ManagementAnswer, succeed } from '../http/answer.ts';
import type { ManagementPorts } from '../ports.ts';
import { findGateway } from './read-gateways.ts';

const CUSTOM = /^custom-([0-9a-z]+(?:-+[0-9a-z]+)*)$/i;
/** Reached under a gateway like a provider, though it is the unified endpoint. */
const COMPAT = 'compat';

/** Where clients send a provider's own requests to go through this gateway. */
export async function getProviderUrl(
  call: GatewayCall,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const gateway = await findGateway(call, ports);
  if (gateway instanceof Refusal) return gateway;
  const asked = call.parameters.provider ?? '';
  const custom = CUSTOM.exec(asked)?.[1];
  const slug = custom ? `custom-${custom}` : asked === COMPAT ? asked : findProvider(asked)?.slug;
  if (slug === undefined) {
    return new Refusal('notFound', {
      message: `There is no provider ${JSON.stringify(asked)}.`,
      path: ['path', 'provider'],
    });
  }
  return succeed(`${call.request.baseUrl}/v1/${call.account}/${gateway.id}/${slug}`);
}
