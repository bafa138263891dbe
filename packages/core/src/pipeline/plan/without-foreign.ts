import { Refusal } from '../../errors/refusal.ts';
import { mayHoldForeign } from '../../form/bound-markers.ts';
import { type Fault, isFault } from '../../form/fault.ts';
import type { Unbound } from '../../ports/translation.ts';
import type { UnifiedFormat } from '../../providers/descriptor.ts';
import { type ModelTarget, placedModel } from '../../providers/unified-target.ts';
import type { Credentialed } from './credentialed.ts';
import type { PlanPorts } from './plan-ports.ts';

interface Passing {
  readonly format: UnifiedFormat;
  readonly body: Uint8Array;
  readonly named: ModelTarget;
}

/**
 * What a request that passes through holds for other providers than the one that it goes to: signatures, encrypted
 * reasoning, stored files (spec/providers 2.9). Null: nothing, which one look at the bytes tells of nearly every body.
 */
export async function withoutForeign(
  { format, body, named }: Passing,
  { place }: Pick<Credentialed, 'place'>,
  ports: PlanPorts,
): Promise<Unbound | Refusal | null> {
  if (format === 'embeddings') return null;
  const { slug, name } = named.provider;
  const model = placedModel(named, place);
  if (!mayHoldForeign(format, { slug, model, passes: true }, body)) return null;
  const translator = await ports.translation.load();
  const unbound = translator.unbind({ format, body, provider: { slug, name }, model });
  return isFault(unbound) ? refused(unbound) : unbound;
}

/** The caller's 400 for what cannot be said to a provider. */
export const refused = ({ message, path, details }: Fault): Refusal =>
  new Refusal('invalidRequest', { message, path: ['body', ...path], details });
