import { Refusal } from '@weir/core';
import type { GatewayCall } from '../access/endpoints.ts';
import { type ManagementAnswer, succeed } from '../http/answer.ts';
import { readBody } from '../http/json-body.ts';
import type { ManagementPorts } from '../ports.ts';
import { viewGateway } from './gateway-view.ts';
import { mergeSettings, settingsIn } from './merge-settings.ts';
import { findGateway } from './read-gateways.ts';
import { ROUNDS } from './rounds.ts';
import { gatewayChangeBody } from './settings-body.ts';
import { tooLarge } from './snapshot-size.ts';

/** A merge (spec 3, rule 1), repeated on the newest state when someone else changed the gateway meanwhile. */
export async function updateGateway(
  call: GatewayCall,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const body = readBody(call.request, gatewayChangeBody);
  if (body instanceof Refusal) return body;
  if (body.id !== undefined && body.id !== call.gateway) {
    return new Refusal('invalidBody', { message: 'id: a gateway keeps its id', path: ['body', 'id'] });
  }
  for (let round = 0; round < ROUNDS; round++) {
    const current = await findGateway(call, ports);
    if (current instanceof Refusal) return current;
    const settings = mergeSettings(current.settings, settingsIn(body), ports.ids);
    if (settings instanceof Refusal) return settings;
    const refusal = tooLarge({ ...current, settings });
    if (refusal) return refusal;
    // Also when this very change turns it off: it was on when the change came.
    const forgetsCache = current.settings.cache_invalidate_on_update || settings.cache_invalidate_on_update;
    const updated = await ports.gateways.update(current, settings, { forgetsCache });
    if (updated !== 'changed') return succeed(viewGateway(updated));
  }
  return new Refusal('conflict');
}
