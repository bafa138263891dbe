import {
  type AccountId,
  type Fault,
  type GatewayId,
  type Grant,
  type JsonValue,
  PERMISSION_GROUPS,
  type Permission,
  parseGatewayId,
  Refusal,
} from '@weir/core';
import * as z from 'zod';
import { callerNamed } from '../http/caller-named.ts';

/** A policy as the token API takes it. `name` and `meta` of a group come back from clients that echo what they read. */
export const policiesBody = z
  .array(
    z.strictObject({
      id: z.string().min(1).max(64).exactOptional(),
      effect: z.enum(['allow', 'deny'], { error: 'must be allow or deny' }),
      permission_groups: z
        .array(z.strictObject({ id: z.string(), name: z.string().optional(), meta: z.unknown().optional() }))
        .min(1),
      resources: callerNamed(z.string(), z.literal('*', { error: 'must be "*"' })),
    }),
  )
  .min(1)
  .max(50);

export type PolicyBody = z.output<typeof policiesBody>[number];

export interface CompiledPolicies {
  readonly grants: readonly Grant[];
  /** What the API shows: as written, with ids and the groups' names filled in. */
  readonly shown: JsonValue;
}

const ACCOUNT = 'com.cloudflare.api.account.';
const GATEWAY = 'com.weir.gateway.';

/** Permissions on the account itself, which no single gateway can give. */
export const ACCOUNT_WIDE: ReadonlySet<Permission> = new Set([
  'tokens:read',
  'tokens:write',
  'billing:write',
  'credits:write',
]);

/**
 * Policies as grants. Resources are the account (`com.cloudflare.api.account.<id>` or `….*`: all its gateways) or, our
 * extension, single gateways (`com.weir.gateway.<id>`). What we do not know is refused by name, never ignored: a
 * policy that means less than its author thinks is as bad as one that means more.
 */
export function compilePolicies(
  policies: readonly PolicyBody[],
  account: AccountId,
  newId: () => string,
): CompiledPolicies | Refusal {
  const compiled = policies.map((policy, index) =>
    compile(policy, account, ['body', 'policies', String(index)]),
  );
  const faults = compiled.flatMap((it) => it.faults);
  if (faults.length > 0) return new Refusal('invalidBody', { faults });
  return {
    grants: compiled.map((it) => it.grant),
    shown: policies.map(({ id, effect, permission_groups, resources }) => ({
      id: id ?? newId(),
      effect,
      permission_groups: permission_groups.map((group) => ({
        id: group.id,
        name: findGroup(group.id)?.name ?? '',
      })),
      resources,
    })),
  };
}

interface Compiled {
  readonly grant: Grant;
  readonly faults: readonly Fault[];
}

function compile(policy: PolicyBody, account: AccountId, path: readonly string[]): Compiled {
  const faults: Fault[] = [];
  const permissions: Permission[] = [];
  for (const [index, { id }] of policy.permission_groups.entries()) {
    const group = findGroup(id);
    if (group) permissions.push(group.key);
    else {
      const message = `There is no permission group ${JSON.stringify(id)}.`;
      faults.push({ message, path: [...path, 'permission_groups', String(index), 'id'] });
    }
  }
  const reach = Object.keys(policy.resources).map((resource) => ({
    resource,
    covers: coverage(resource, account),
  }));
  if (reach.length === 0)
    faults.push({ message: 'A policy needs a resource.', path: [...path, 'resources'] });
  for (const { resource, covers } of reach) {
    if (covers !== null) continue;
    const message = `${JSON.stringify(resource)} is no resource of this account. Use "${ACCOUNT}${account}" or "${GATEWAY}<gateway id>".`;
    faults.push({ message, path: [...path, 'resources', resource] });
  }
  const gateways = reach.some(({ covers }) => covers === 'all')
    ? ('all' as const)
    : reach.flatMap(({ covers }) => (covers === null || covers === 'all' ? [] : [covers]));
  const pointless = permissions.find((permission) => ACCOUNT_WIDE.has(permission));
  if (gateways !== 'all' && pointless !== undefined && faults.length === 0) {
    const name = PERMISSION_GROUPS.find(({ key }) => key === pointless)?.name ?? pointless;
    faults.push({ message: `"${name}" is about the account and cannot be limited to gateways.`, path });
  }
  return { grant: { effect: policy.effect, permissions, gateways }, faults };
}

function coverage(resource: string, account: AccountId): 'all' | GatewayId | null {
  if (resource === `${ACCOUNT}${account}` || resource === `${ACCOUNT}*`) return 'all';
  return resource.startsWith(GATEWAY) ? parseGatewayId(resource.slice(GATEWAY.length)) : null;
}

const findGroup = (id: string) => PERMISSION_GROUPS.find((group) => group.id === id);
