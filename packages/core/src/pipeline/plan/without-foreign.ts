import { Refusal } from '../../errors/refusal.ts';
import { lookAlikes } from '../../form/bound-content.ts';
import { mayHoldForeign } from '../../form/bound-markers.ts';
import { type Fault, isFault, placeOf } from '../../form/fault.ts';
import type { Unbound } from '../../ports/translation.ts';
import type { UnifiedFormat } from '../../providers/descriptor.ts';
import { type ModelTarget, placedModel } from '../../providers/unified-target.ts';
import type { Credentialed } from './credentialed.ts';
import type { PlanPorts } from './plan-ports.ts';

interface Passing {
  readonly format: UnifiedFormat;
  readonly body: Uint8Array;
  readonly named: ModelTarget;
  /** The providers that were asked before, within this request. */
  readonly earlier: readonly string[];
}

/** Whether this provider comes after one whose encrypted reasoning looks the same (see `lookAlikes`). */
export const isSecond = ({ named, earlier }: Pick<Passing, 'named' | 'earlier'>): boolean =>
  earlier.some((slug) => lookAlikes(slug, named.provider.slug));

/**
 * What a request that passes through holds for other providers than the one that it goes to: signatures, encrypted
 * reasoning, stored files (spec/providers 2.9). Null: nothing, which one look at the bytes tells of nearly every body.
 */
export async function withoutForeign(
  { format, body, named, earlier }: Passing,
  { place }: Pick<Credentialed, 'place'>,
  ports: PlanPorts,
): Promise<Unbound | Refusal | null> {
  if (format === 'embeddings') return null;
  const { slug, name } = named.provider;
  const model = placedModel(named, place);
  const target = { slug, model, passes: true, isSecond: isSecond({ named, earlier }) };
  if (!mayHoldForeign(format, target, body)) return null;
  const translator = await ports.translation.load();
  const unbound = translator.unbind({
    format,
    body,
    provider: { slug, name },
    model,
    isSecond: target.isSecond,
  });
  return isFault(unbound) ? refused(unbound) : unbound;
}

/** The caller's 400 for what cannot be said to a provider. */
export const refused = ({ message, path, details }: Fault): Refusal =>
  new Refusal('invalidRequest', { message: placed(message, path), path: ['body', ...path], details });

/** SDKs show the message alone, so what it calls "this" has to be named in it. */
const placed = (message: string, path: readonly string[]) =>
  message.startsWith('This ') && path.length > 0 ? `${placeOf(path)}: ${message}` : message;
