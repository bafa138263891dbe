import {
  type AccountId,
  type GatewayId,
  PERMISSION_GROUPS,
  type Permission,
  parseAccountId,
  parseGatewayId,
  permits,
  Refusal,
  type StoredToken,
} from '@weir/core';
import type { ManagementAnswer } from '../http/answer.ts';
import type { ManagementRequest } from '../http/request.ts';
import type { PathParameters } from '../http/router.ts';
import type { ManagementPorts } from '../ports.ts';
import { authenticate } from './authenticate.ts';
import { permitsSomewhere } from './reach.ts';

type Answered = Promise<ManagementAnswer | Refusal> | ManagementAnswer | Refusal;

/** What stands behind one method of one path. */
export type Endpoint = (
  request: ManagementRequest,
  parameters: PathParameters,
  ports: ManagementPorts,
) => Answered;

/** A call whose token is valid and belongs to the account it is about. */
export interface Call {
  readonly request: ManagementRequest;
  readonly parameters: PathParameters;
  readonly account: AccountId;
  readonly token: StoredToken;
}

export interface GatewayCall extends Call {
  readonly gateway: GatewayId;
}

type Serve<C extends Call> = (call: C, ports: ManagementPorts) => Answered;

/**
 * An endpoint on something of the whole account, which a token scoped to gateways may not touch.
 * @param refuse says more than that the permission is lacking.
 */
export function onAccount(
  permission: Permission,
  serve: Serve<Call>,
  refuse: (permission: Permission) => Refusal = lacking,
): Endpoint {
  return async (request, parameters, ports) => {
    const call = await open(request, parameters, ports);
    if (call instanceof Refusal) return call;
    return permits(call.token, permission, null) ? serve(call, ports) : refuse(permission);
  };
}

/** An endpoint on the gateway that the path names. */
export function onGateway(permission: Permission, serve: Serve<GatewayCall>): Endpoint {
  return async (request, parameters, ports) => {
    const call = await open(request, parameters, ports);
    if (call instanceof Refusal) return call;
    const gateway = parseGatewayId(parameters.gateway ?? '');
    if (!permits(call.token, permission, gateway)) return lacking(permission);
    return gateway === null ? noGateway(parameters.gateway ?? '') : serve({ ...call, gateway }, ports);
  };
}

/** An endpoint that narrows its work to the gateways which the token may use: `serve` must ask `permits` for each. */
export function onPermittedGateways(permission: Permission, serve: Serve<Call>): Endpoint {
  return async (request, parameters, ports) => {
    const call = await open(request, parameters, ports);
    if (call instanceof Refusal) return call;
    return permitsSomewhere(call.token, permission) ? serve(call, ports) : lacking(permission);
  };
}

export function lacking(permission: Permission): Refusal {
  const group = PERMISSION_GROUPS.find(({ key }) => key === permission);
  return new Refusal('forbiddenApi', {
    message: `This token does not have the permission "${group?.name ?? permission}" that this call needs.`,
  });
}

export function noGateway(id: string): Refusal {
  return new Refusal('notFound', { message: `There is no gateway "${id}" in this account.` });
}

async function open(
  request: ManagementRequest,
  parameters: PathParameters,
  ports: ManagementPorts,
): Promise<Call | Refusal> {
  const asked = parameters.account === undefined ? null : parseAccountId(parameters.account);
  if (parameters.account !== undefined && asked === null) return new Refusal('noRoute');
  const record = await authenticate(request, ports);
  if (record instanceof Refusal) return record;
  const { token } = record;
  if (asked !== null && asked !== token.account) {
    return new Refusal('forbiddenApi', { message: 'This token belongs to another account.' });
  }
  return { request, parameters, account: token.account, token };
}
