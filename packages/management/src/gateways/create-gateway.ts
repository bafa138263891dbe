import { DEFAULT_SETTINGS, parseGatewayId, permits, Refusal } from '@weir/core';
import { type Call, lacking } from '../access/endpoints.ts';
import { type ManagementAnswer, succeed } from '../http/answer.ts';
import { readBody } from '../http/json-body.ts';
import type { ManagementPorts } from '../ports.ts';
import { viewGateway } from './gateway-view.ts';
import { mergeSettings, settingsIn } from './merge-settings.ts';
import { newGatewayBody } from './settings-body.ts';

export async function createGateway(call: Call, ports: ManagementPorts): Promise<ManagementAnswer | Refusal> {
  const body = readBody(call.request, newGatewayBody);
  if (body instanceof Refusal) return body;
  const id = parseGatewayId(body.id);
  if (id === null) return invalidId(body.id);
  if (!permits(call.token, 'gateway:write', id)) return lacking('gateway:write');
  const settings = mergeSettings(DEFAULT_SETTINGS, settingsIn(body), ports.ids);
  if (settings instanceof Refusal) return settings;
  const existing = await ports.gateways.list(call.account);
  if (existing.some((gateway) => gateway.id === id)) return taken(id);
  const quota = ports.limits.gatewaysPerAccount;
  if (existing.length >= quota) {
    return new Refusal('gatewayQuota', {
      message: `This account may have ${quota} gateways and has them. Delete one first.`,
    });
  }
  const created = await ports.gateways.create(call.account, id, settings);
  return created === 'exists' ? taken(id) : succeed(viewGateway(created));
}

function invalidId(id: string): Refusal {
  const shape = '1 to 64 lower-case letters, digits and underscores, with single hyphens between them';
  return new Refusal('invalidBody', {
    message: `id: ${JSON.stringify(id)} must be ${shape}`,
    path: ['body', 'id'],
  });
}

function taken(id: string): Refusal {
  return new Refusal('duplicate', {
    message: `There is already a gateway "${id}" in this account.`,
    path: ['body', 'id'],
  });
}
