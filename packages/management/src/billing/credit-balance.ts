import type { Call } from '../access/endpoints.ts';
import { type ManagementAnswer, succeed } from '../http/answer.ts';
import type { ManagementPorts } from '../ports.ts';
import { toCents } from './cents.ts';
import { viewPlan } from './top-up-config.ts';

/** What the account has (spec 1.5), in cents. There is never a card: an operator tops up. */
export async function getCreditBalance(
  { account }: Call,
  { credits, topUpPlans }: ManagementPorts,
): Promise<ManagementAnswer> {
  const [{ available, reserved }, plan] = await Promise.all([
    credits.balance(account),
    topUpPlans.get(account),
  ]);
  return succeed({
    balance: toCents(available),
    /** Ours: what requests under way may take of it. */
    reserved: toCents(reserved),
    has_default_payment_method: false,
    payment_method: null,
    topup_config: viewPlan(plan),
  });
}
