import { customProviderNamed, findProviderByModelPrefix, Refusal, type RouteElement } from '@weir/core';
import { checkRoute } from '@weir/core/routing';
import type { GatewayCall } from '../access/endpoints.ts';
import type { ManagementPorts } from '../ports.ts';

/**
 * The graph as it may be saved (spec 5.10-10). One with faults is refused with all of them: a version that is kept can be
 * deployed at any time, and then all its requests depend on it. A custom provider is known whether it is enabled or not.
 */
export async function readElements(
  { account }: Pick<GatewayCall, 'account'>,
  elements: readonly unknown[],
  { accounts }: Pick<ManagementPorts, 'accounts'>,
): Promise<readonly RouteElement[] | Refusal> {
  const snapshot = await accounts.snapshot(account);
  const isProvider = (name: string) =>
    findProviderByModelPrefix(name) !== null || customProviderNamed(snapshot, name) !== null;
  const checked = checkRoute(elements, { isProvider });
  if (!('faults' in checked)) return checked;
  const faults = checked.faults.map(({ message, path }) => ({ message, path: ['body', ...path] }));
  return new Refusal('invalidBody', { faults });
}
