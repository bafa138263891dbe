import { Refusal } from '../../errors/refusal.ts';
import { isFault } from '../../form/fault.ts';
import { findProvider } from '../../providers/registry.ts';
import { type ModelTarget, splitModel } from '../../providers/unified-target.ts';
import type { Ports } from '../ports.ts';

/**
 * Who serves a model: by its name's prefix, or, where the body's `provider` pins one, that provider under its own name
 * for the model, which the catalogue knows.
 */
export async function nameTarget(
  model: string,
  pin: string | null,
  ports: Pick<Ports, 'translation'>,
): Promise<ModelTarget | Refusal> {
  if (pin === null) return splitModel(model);
  const pinned = (await ports.translation.load()).pin(model, pin);
  const provider = isFault(pinned) ? null : findProvider(pinned.provider);
  if (isFault(pinned) || !provider)
    return new Refusal('unknownProvider', {
      message: isFault(pinned) ? pinned.message : `No provider has the name "${pin.slice(0, 64)}".`,
      path: ['body', 'provider'],
    });
  return { provider, model: pinned.model };
}
