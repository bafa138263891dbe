import type { GatewaySettings } from '../gateway/settings.ts';
import type { KeySource } from '../record/request-record.ts';

/** `open`: the operator's keys serve whoever may use the gateway; `credits`: what they serve is paid from prepaid credits. */
export type UnifiedBilling = 'open' | 'credits';

/** Whether the account's credits pay for a call (spec 5.3). */
export function isPaidFromCredits(
  mode: UnifiedBilling,
  { workers_ai_billing_mode }: Pick<GatewaySettings, 'workers_ai_billing_mode'>,
  provider: string,
  source: KeySource,
): boolean {
  if (mode !== 'credits' || (source !== 'unified' && source !== 'role')) return false;
  return provider !== 'workers-ai' || workers_ai_billing_mode === 'unified';
}
