import { isDeepStrictEqual } from 'node:util';
import {
  hashToken,
  type Ids,
  mintToken,
  PERMISSION_GROUPS,
  Refusal,
  Secret,
  type StoredToken,
  type TokenId,
  type TokenRecord,
} from '@weir/core';
import type * as z from 'zod';
import type { Call } from '../access/endpoints.ts';
import { exceeding } from '../access/reach.ts';
import { ROUNDS } from '../gateways/rounds.ts';
import { type ManagementAnswer, succeed } from '../http/answer.ts';
import { readBody } from '../http/json-body.ts';
import type { ManagementPorts } from '../ports.ts';
import { compilePolicies } from './policies.ts';
import { findToken } from './read-tokens.ts';
import { addressesOf, checkLifetime, newTokenBody, tokenChangeBody } from './token-body.ts';
import { viewToken } from './token-view.ts';

/** Makes a token and shows its secret, which is never shown again. */
export async function createToken(call: Call, ports: ManagementPorts): Promise<ManagementAnswer | Refusal> {
  const body = readBody(call.request, newTokenBody);
  if (body instanceof Refusal) return body;
  const { ids, clock, tokens } = ports;
  const compiled = compilePolicies(body.policies, call.account, () => newId(ids));
  if (compiled instanceof Refusal) return compiled;
  const now = clock.now();
  const { name, condition = null, not_before: notBefore = null, expires_on: expiresOn = null } = body;
  if (expiresOn !== null && expiresOn <= now) {
    return new Refusal('invalidBody', {
      message: 'expires_on: has passed already',
      path: ['body', 'expires_on'],
    });
  }
  const secret = new Secret(mintToken(ids.random(64)));
  const token: StoredToken = {
    id: newId(ids) as TokenId,
    hash: hashToken(secret),
    account: call.account,
    name,
    enabled: true,
    notBefore,
    expiresOn,
    grants: compiled.grants,
    ...addressesOf(condition),
  };
  const issuedOn = new Date(now).toISOString();
  const record = { token, policies: compiled.shown, condition, issuedOn, modifiedOn: issuedOn };
  const problem = checkRecord(record, call.token);
  if (problem) return problem;
  await tokens.create(record);
  return succeed({ ...viewToken(record, now), value: secret.reveal() });
}

/** A merge, repeated on the newest state when someone else changed the token meanwhile: no revocation may get lost. */
export async function updateToken(call: Call, ports: ManagementPorts): Promise<ManagementAnswer | Refusal> {
  const body = readBody(call.request, tokenChangeBody);
  if (body instanceof Refusal) return body;
  for (let round = 0; round < ROUNDS; round++) {
    const current = await findToken(call, ports);
    if (current instanceof Refusal) return current;
    const record = changedToken(current, body, call, ports);
    if (record instanceof Refusal) return record;
    if (await ports.tokens.update(record, current)) return succeed(viewToken(record, ports.clock.now()));
  }
  return new Refusal('conflict');
}

function changedToken(
  current: TokenRecord,
  body: z.output<typeof tokenChangeBody>,
  call: Call,
  ports: ManagementPorts,
): TokenRecord | Refusal {
  const compiled = body.policies
    ? compilePolicies(body.policies, call.account, () => newId(ports.ids))
    : { grants: current.token.grants, shown: current.policies };
  if (compiled instanceof Refusal) return compiled;
  const { name, condition, status, not_before: notBefore, expires_on: expiresOn } = body;
  const token: StoredToken = {
    ...current.token,
    ...(name === undefined ? {} : { name }),
    ...(condition === undefined ? {} : addressesOf(condition)),
    ...(notBefore === undefined ? {} : { notBefore }),
    ...(expiresOn === undefined ? {} : { expiresOn }),
    ...(status === undefined || status === 'expired' ? {} : { enabled: status === 'active' }),
    grants: compiled.grants,
  };
  const record = {
    token,
    policies: compiled.shown,
    condition: condition === undefined ? current.condition : condition,
    issuedOn: current.issuedOn,
    modifiedOn: new Date(ports.clock.now()).toISOString(),
  };
  const creator = onlyEnds(token, current.token) ? token : call.token;
  return checkRecord(record, creator) ?? record;
}

/** Disabled, and but for its name as it was: whoever may delete a token may do that, too. Switching it on hands it on. */
function onlyEnds(token: StoredToken, before: StoredToken): boolean {
  return isDeepStrictEqual(token, { ...before, name: token.name, enabled: false });
}

/** Another secret for the same token. Whoever rolls a token can use it, so it must be within their own. */
export async function rollToken(call: Call, ports: ManagementPorts): Promise<ManagementAnswer | Refusal> {
  const current = await findToken(call, ports);
  if (current instanceof Refusal) return current;
  const problem = checkWithin(current.token, call.token);
  if (problem) return problem;
  const secret = new Secret(mintToken(ports.ids.random(64)));
  const modifiedOn = new Date(ports.clock.now()).toISOString();
  const rolled = await ports.tokens.roll({ ...current, modifiedOn }, hashToken(secret));
  return rolled === null ? new Refusal('conflict') : succeed(secret.reveal());
}

export async function deleteToken(call: Call, ports: ManagementPorts): Promise<ManagementAnswer | Refusal> {
  const current = await findToken(call, ports);
  if (current instanceof Refusal) return current;
  await ports.tokens.delete(current);
  return succeed({ id: current.token.id });
}

/** An item may have 400 KB, and a token is one item. */
const MOST_BYTES = 350 * 1024;

function checkRecord(record: TokenRecord, creator: StoredToken): Refusal | null {
  const { token } = record;
  const problem = checkLifetime(token.notBefore, token.expiresOn) ?? checkWithin(token, creator);
  if (problem) return problem;
  const size = Buffer.byteLength(JSON.stringify(record));
  if (size <= MOST_BYTES) return null;
  return new Refusal('invalidBody', {
    message: `policies: the token would have ${size} bytes; it can have ${MOST_BYTES}`,
    path: ['body', 'policies'],
  });
}

/** Nobody gives away more than they have. */
function checkWithin(token: StoredToken, creator: StoredToken): Refusal | null {
  const permission = exceeding(token, creator);
  if (permission === null) return null;
  const name = PERMISSION_GROUPS.find(({ key }) => key === permission)?.name ?? permission;
  return new Refusal('forbiddenApi', {
    message: `A token cannot hand on more than it has: your own lacks "${name}" there.`,
    path: ['body', 'policies'],
  });
}

const newId = (ids: Pick<Ids, 'random'>) => Buffer.from(ids.random(16)).toString('hex');
