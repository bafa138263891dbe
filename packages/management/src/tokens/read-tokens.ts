import { PERMISSION_GROUPS, Refusal, type TokenId, type TokenRecord, tokenStatus } from '@weir/core';
import * as z from 'zod';
import { identify, unauthenticated } from '../access/authenticate.ts';
import type { Call, Endpoint } from '../access/endpoints.ts';
import { type ManagementAnswer, type Note, succeed, succeedWithPage } from '../http/answer.ts';
import { pageFields, readQuery, slicePage } from '../http/query.ts';
import type { ManagementPorts } from '../ports.ts';
import { ACCOUNT_WIDE } from './policies.ts';
import { lifetime, shownStatus, viewToken } from './token-view.ts';

const listQuery = z.strictObject({
  ...pageFields(100),
  direction: z.enum(['asc', 'desc'], { error: 'must be asc or desc' }).default('asc'),
  include_expired: z.enum(['true', 'false'], { error: 'must be true or false' }).default('false'),
});

/** The account's tokens, oldest first unless asked otherwise; expired ones on request only (spec 1.5). */
export async function listTokens(call: Call, ports: ManagementPorts): Promise<ManagementAnswer | Refusal> {
  const query = readQuery(call.request, listQuery);
  if (query instanceof Refusal) return query;
  const now = ports.clock.now();
  const records = (await ports.tokens.list(call.account)).filter(
    ({ token }) => query.include_expired === 'true' || tokenStatus(token, now) !== 'expired',
  );
  const { rows, info } = slicePage(query.direction === 'asc' ? records : records.toReversed(), query);
  return succeedWithPage(
    rows.map((record) => viewToken(record, now)),
    info,
  );
}

export async function getToken(call: Call, ports: ManagementPorts): Promise<ManagementAnswer | Refusal> {
  const record = await findToken(call, ports);
  return record instanceof Refusal ? record : succeed(viewToken(record, ports.clock.now()));
}

const VALID: Note = { code: 10000, message: 'This API Token is valid and active' };

/**
 * What has become of the token that the call carries: the one call that a disabled or expired token can make. A token
 * that is not valid yet has no word in the contract that would not mislead, so it is refused as everywhere.
 */
export const verifyToken: Endpoint = async (request, { account }, ports) => {
  const record = await identify(request, ports);
  if (record instanceof Refusal) return record;
  const { token } = record;
  if (account !== undefined && account !== token.account) {
    return new Refusal('forbiddenApi', { message: 'This token belongs to another account.' });
  }
  const now = ports.clock.now();
  const status = tokenStatus(token, now);
  if (status === 'not-yet-valid') return unauthenticated('this token is not valid yet');
  const result = { id: token.id, status: shownStatus(token, now), ...lifetime(token) };
  return succeed(result, status === 'active' ? [VALID] : []);
};

const groupsQuery = z.strictObject({ name: z.string().optional(), scope: z.string().optional() });

/** The permission groups that a policy can name, on one page. */
export function listPermissionGroups(call: Call): ManagementAnswer | Refusal {
  const query = readQuery(call.request, groupsQuery);
  if (query instanceof Refusal) return query;
  const groups = PERMISSION_GROUPS.map(({ id, name, key }) => ({
    id,
    name,
    scopes: ['com.cloudflare.api.account', ...(ACCOUNT_WIDE.has(key) ? [] : ['com.weir.gateway'])],
    category: ACCOUNT_WIDE.has(key) ? 'account_and_billing' : 'ai_and_machine_learning',
    is_selectable: true,
  })).filter(
    ({ name, scopes }) =>
      (query.name === undefined || name.toLowerCase() === query.name.toLowerCase()) &&
      (query.scope === undefined || scopes.includes(query.scope)),
  );
  const count = groups.length;
  return succeedWithPage(groups, { page: 1, per_page: count, count, total_count: count });
}

/** The token that the path names, or the 404 that says there is none. */
export async function findToken(
  { account, parameters }: Call,
  { tokens }: Pick<ManagementPorts, 'tokens'>,
): Promise<TokenRecord | Refusal> {
  const id = parameters.token ?? '';
  return (/^[0-9a-f]{32}$/.test(id) ? await tokens.get(account, id as TokenId) : null) ?? noToken(id);
}

function noToken(id: string): Refusal {
  return new Refusal('notFound', { message: `There is no token ${JSON.stringify(id)} in this account.` });
}
