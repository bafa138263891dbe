import type { EffectiveSettings } from '../../policy/effective-settings.ts';
import type { PriceQuestion } from '../../ports/pricing.ts';
import type { Authenticated, Target } from '../exchange.ts';

/** Whose price a call of the target has. */
export function priceQuestion(
  { gateway, config, request }: Authenticated,
  { provider }: Target,
  settings: EffectiveSettings,
  model: string,
): PriceQuestion {
  return {
    provider: provider.slug,
    model,
    at: request.arrivedAt,
    custom: settings.customCost.value,
    overrides: [...(gateway.settings.prices ?? []), ...(config.account?.prices ?? [])],
  };
}
