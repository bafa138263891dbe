import type { GatewayRoute, JsonValue, RouteDeployment, RouteElement, RouteVersion } from '@weir/core';
import type { GatewayCall } from '../access/endpoints.ts';

type Fields = { readonly [name: string]: JsonValue };
type Owner = Pick<GatewayCall, 'account' | 'gateway'>;

/** A route as the API shows it where neither version nor deployment are told (spec 1.5, 5.10). */
export function viewRoute(
  { account, gateway }: Owner,
  route: GatewayRoute,
  elements: readonly RouteElement[] = route.elements,
): Fields {
  return {
    id: route.id,
    name: route.name,
    gateway_id: gateway,
    account_tag: account,
    elements,
    created_at: route.createdAt,
    modified_at: route.modifiedAt,
  };
}

/** With what is deployed. */
export const viewDeployedRoute = (owner: Owner, route: GatewayRoute): Fields => ({
  ...viewRoute(owner, route),
  deployment: viewDeployment(deploymentOf(route)),
  version: viewVersion(route, versionOf(route)),
});

/** `active` in words, and the graph as text: the contract's forms (spec 5.10). What is saved was checked, so it is valid. */
export const viewVersion = (route: GatewayRoute, { id, elements, createdAt }: RouteVersion): Fields => ({
  version_id: id,
  data: JSON.stringify(elements),
  active: route.versionId === id ? 'true' : 'false',
  is_valid: true,
  created_at: createdAt,
});

export const viewDeployment = ({ id, versionId, createdAt }: RouteDeployment): Fields => ({
  deployment_id: id,
  version_id: versionId,
  created_at: createdAt,
});

/** The snapshot holds the whole version that is deployed, and says which deployment it was that made it so. */
export const versionOf = ({ versionId, elements, versionCreatedAt }: GatewayRoute): RouteVersion => ({
  id: versionId,
  elements,
  createdAt: versionCreatedAt,
});

export const deploymentOf = ({ deploymentId, versionId, deployedAt }: GatewayRoute): RouteDeployment => ({
  id: deploymentId,
  versionId,
  createdAt: deployedAt,
});
