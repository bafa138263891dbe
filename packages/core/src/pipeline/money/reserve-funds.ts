import { Refusal } from '../../errors/refusal.ts';
import { durationMs, epochMs, type RecordId } from '../../ids.ts';
import { type Micros, micros } from '../../money/micros.ts';
import { budgetRefusal, UNPRICED_WARNING } from '../../policy/spend-answers.ts';
import { spendBudgetsOf } from '../../policy/spend-limits.ts';
import { isPaidFromCredits } from '../../policy/unified-billing.ts';
import { StoreUnavailable } from '../../ports/config-source.ts';
import type { Budget, Reservation } from '../../ports/ledger.ts';
import type { Pricing } from '../../ports/pricing.ts';
import { isProduced } from '../../providers/request-path.ts';
import { isRecorded } from '../answer.ts';
import type { Step } from '../exchange.ts';
import type { Ports } from '../ports.ts';
import { type Funds, UNBUDGETED } from './funds.ts';
import { priceQuestions } from './price-question.ts';

/** After the function's end the record may still be on its way to the log, where the sweeper looks for it. */
const GRACE = durationMs(15 * 60_000);

type FundsPorts = Pick<Ports, 'ledger' | 'pricing' | 'clock' | 'unifiedBilling'>;

/**
 * Reserves the most that the step can cost in every budget that it falls under (design 7), so that concurrency cannot
 * overshoot. One conditional write per budget, all at once; without a budget nobody is asked. Money fails closed: a ledger
 * that is down refuses (design 12).
 */
export async function reserveFunds(step: Step, id: RecordId, ports: FundsPorts): Promise<Funds> {
  const budgets = budgetsOf(step, ports);
  const { exchange, target } = step;
  if (budgets.length === 0 || !isProduced(target)) return UNBUDGETED;
  const unpriced: Funds = { kind: 'unbudgeted', warning: UNPRICED_WARNING };
  const { model } = target;
  if (model === null) return unpriced;
  const pricing = await ports.pricing.load();
  const priced = ceilingIn(pricing, step, model, ports);
  if (priced === null) return unpriced;
  const { question, ceiling } = priced;
  const now = ports.clock.now();
  const reserve = (amount: typeof ceiling.amount) =>
    ports.ledger.reserve({
      id,
      account: exchange.gateway.account,
      gateway: exchange.gateway.id,
      charged: { provider: target.provider.slug, model },
      budgets,
      amount,
      at: now,
      expiresAt: epochMs(exchange.request.deadline + GRACE),
      recorded: isRecorded(exchange),
    });
  try {
    const verdict = await reserve(ceiling.amount);
    if (verdict.granted) return reserved(verdict.reservation, ceiling.amount);
    // The first ceiling takes every byte for a token; near the limit it is worth counting.
    const isEmpty = verdict.spent + verdict.reserved >= verdict.limit;
    const counted = isEmpty ? null : await pricing.countedCeiling(question, { body: target.body });
    const again = counted && counted.amount < ceiling.amount ? await reserve(counted.amount) : null;
    if (counted && again?.granted) return reserved(again.reservation, counted.amount);
    const final = again && !again.granted ? again : verdict;
    const { by, limit, spent, reserved: held } = final;
    const remaining = micros(limit - spent - held);
    return { kind: 'refused', refusal: budgetRefusal(final, now), by, remaining };
  } catch (cause) {
    if (!(cause instanceof StoreUnavailable)) throw cause;
    return {
      kind: 'refused',
      refusal: new Refusal('budgetsUnavailable', { cause, retryAfter: durationMs(1000) }),
      by: null,
      remaining: null,
    };
  }
}

function ceilingIn(pricing: Pricing, { exchange, target, settings }: Step, model: string, ports: FundsPorts) {
  for (const asked of priceQuestions(exchange, target, settings, ports)) {
    const question = { ...asked, model };
    const ceiling = pricing.ceiling(question, { body: target.body });
    if (ceiling) return { question, ceiling };
  }
  return null;
}

const reserved = (reservation: Reservation, amount: Micros): Funds => ({
  kind: 'reserved',
  reservation,
  amount,
});

function budgetsOf({ exchange, target, budgets }: Step, { unifiedBilling }: FundsPorts): readonly Budget[] {
  const { gateway, options } = exchange;
  const { provider, model, credential } = target;
  const limits = spendBudgetsOf({ gateway, provider: provider.slug, model, metadata: options.metadata });
  const all = [...limits, ...budgets];
  return isPaidFromCredits(unifiedBilling, gateway.settings, provider.slug, credential.source)
    ? [...all, { kind: 'balance', account: gateway.account }]
    : all;
}
