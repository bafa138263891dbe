import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { RouteDeployment, RouteKey, RouteVersion } from '@weir/core';
import * as z from 'zod/mini';
import { gatewayKey, type ItemKey, routeDeploymentPrefix, routeVersionPrefix } from './keys.ts';
import { parseItem, storedJson, storedString } from './stored-attributes.ts';
import { storedElements } from './stored-routes.ts';

type Item = Record<string, AttributeValue>;

const text = storedString(z.string());
const versionItem = z.object({ id: text, created_at: text, elements: storedJson(storedElements) });
const deploymentItem = z.object({ id: text, created_at: text, version_id: text });

export function routeVersionKey({ account, gateway, route }: RouteKey, id: string): ItemKey {
  return { pk: gatewayKey(account, gateway).pk, sk: `${routeVersionPrefix(route)}${id}` };
}

export function toVersionItem(key: RouteKey, { id, elements, createdAt }: RouteVersion): Item {
  const { pk, sk } = routeVersionKey(key, id);
  return {
    pk: { S: pk },
    sk: { S: sk },
    id: { S: id },
    created_at: { S: createdAt },
    elements: { S: JSON.stringify(elements) },
  };
}

/** @throws {DamagedItem} */
export function fromVersionItem(item: Item): RouteVersion {
  const { id, elements, created_at } = parseItem(versionItem, item);
  return { id, elements, createdAt: created_at };
}

export function toDeploymentItem(
  { account, gateway, route }: RouteKey,
  { id, versionId, createdAt }: RouteDeployment,
): Item {
  return {
    pk: { S: gatewayKey(account, gateway).pk },
    sk: { S: `${routeDeploymentPrefix(route)}${createdAt}#${id}` },
    id: { S: id },
    created_at: { S: createdAt },
    version_id: { S: versionId },
  };
}

/** @throws {DamagedItem} */
export function fromDeploymentItem(item: Item): RouteDeployment {
  const { id, version_id, created_at } = parseItem(deploymentItem, item);
  return { id, versionId: version_id, createdAt: created_at };
}
