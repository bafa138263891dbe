import type { AccountSnapshot } from '../../account/account-snapshot.ts';
import { findCustomProvider } from '../../account/custom-descriptor.ts';
import { Refusal } from '../../errors/refusal.ts';
import { isFault } from '../../form/fault.ts';
import { findProvider } from '../../providers/registry.ts';
import { type ModelTarget, splitModel } from '../../providers/unified-target.ts';
import type { Ports } from '../ports.ts';

/**
 * Who serves a model: by its name's prefix, or, where the body's `provider` pins one, that provider under its own name
 * for the model, which the catalogue knows. A custom provider is in no catalogue: it gets the name as it stands.
 */
export async function nameTarget(
  model: string,
  pin: string | null,
  account: AccountSnapshot | null,
  ports: Pick<Ports, 'translation'>,
): Promise<ModelTarget | Refusal> {
  if (pin === null) return splitModel(model, account);
  const custom = findCustomProvider(account, pin);
  if (custom) return { provider: custom, model: withoutPrefix(model, pin) };
  const pinned = (await ports.translation.load()).pin(model, pin);
  const provider = isFault(pinned) ? null : findProvider(pinned.provider);
  if (isFault(pinned) || !provider)
    return new Refusal('unknownProvider', {
      message: isFault(pinned) ? pinned.message : `No provider has the name "${pin.slice(0, 64)}".`,
      path: ['body', 'provider'],
    });
  return { provider, model: pinned.model };
}

const withoutPrefix = (model: string, prefix: string) =>
  model.toLowerCase().startsWith(`${prefix.toLowerCase()}/`) ? model.slice(prefix.length + 1) : model;
