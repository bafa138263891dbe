import {
  hashToken,
  isWeirToken,
  mayBeUsedFrom,
  Refusal,
  Secret,
  type TokenRecord,
  type TokenStatus,
  tokenStatus,
} from '@weir/core';
import type { ManagementRequest } from '../http/request.ts';
import type { ManagementPorts } from '../ports.ts';

const BEARER = /^Bearer +([^\s]+) *$/i;

/**
 * The token that the request carries, whatever its state: `verify` tells the holder of an expired token so. An address
 * condition holds in every state.
 */
export async function identify(
  request: ManagementRequest,
  { tokens }: Pick<ManagementPorts, 'tokens'>,
): Promise<TokenRecord | Refusal> {
  const given = request.headers.get('authorization') ?? [];
  const secret = given.length === 1 ? BEARER.exec(given[0] ?? '')?.[1] : undefined;
  if (secret === undefined) {
    return unauthenticated('send one header "Authorization: Bearer <token>"');
  }
  if (!isWeirToken(secret)) return unauthenticated('this is not a token of this service');
  const record = await tokens.findByHash(hashToken(new Secret(secret)));
  if (record === null) return unauthenticated('no such token');
  if (!mayBeUsedFrom(record.token, request.sourceAddress)) {
    return new Refusal('forbiddenApi', {
      message: `This token may not be used from the address ${request.sourceAddress}.`,
    });
  }
  return record;
}

const WHY: Readonly<Record<Exclude<TokenStatus, 'active'>, string>> = {
  disabled: 'this token is disabled',
  expired: 'this token has expired',
  'not-yet-valid': 'this token is not valid yet',
};

/** The token that the request carries, if it may be used at this moment. */
export async function authenticate(
  request: ManagementRequest,
  ports: Pick<ManagementPorts, 'tokens' | 'clock'>,
): Promise<TokenRecord | Refusal> {
  const record = await identify(request, ports);
  if (record instanceof Refusal) return record;
  const status = tokenStatus(record.token, ports.clock.now());
  return status === 'active' ? record : unauthenticated(WHY[status]);
}

export function unauthenticated(why: string): Refusal {
  return new Refusal('unauthenticatedApi', { message: `Authentication error: ${why}.` });
}
