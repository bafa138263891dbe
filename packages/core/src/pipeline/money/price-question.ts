import type { EffectiveSettings } from '../../policy/effective-settings.ts';
import { isPaidFromCredits } from '../../policy/unified-billing.ts';
import type { PriceQuestion } from '../../ports/pricing.ts';
import type { Authenticated, Target } from '../exchange.ts';
import type { Ports } from '../ports.ts';

/** Without the model, which may be asked for under several names. */
type AnyModel = Omit<PriceQuestion, 'model'>;

/**
 * Whose price a call of the target has; the first question that has an answer holds. Where credits pay it is the book's,
 * for whoever spends them must not say what they are worth: own prices hold only for models that the book does not know.
 */
export function priceQuestions(
  { gateway, config, request }: Authenticated,
  { provider, credential }: Target,
  settings: EffectiveSettings,
  { unifiedBilling }: Pick<Ports, 'unifiedBilling'>,
): readonly AnyModel[] {
  const asked = { provider: provider.slug, at: request.arrivedAt };
  const own = {
    ...asked,
    custom: settings.customCost.value,
    overrides: [...(gateway.settings.prices ?? []), ...(config.account?.prices ?? [])],
  };
  const fromCredits = isPaidFromCredits(unifiedBilling, gateway.settings, provider.slug, credential.source);
  return fromCredits ? [{ ...asked, custom: null, overrides: [] }, own] : [own];
}
