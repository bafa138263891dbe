import { type JsonValue, Refusal, type TopUpPlan } from '@weir/core';
import * as z from 'zod';
import type { Call } from '../access/endpoints.ts';
import { type ManagementAnswer, type Note, succeed } from '../http/answer.ts';
import { readBody } from '../http/json-body.ts';
import type { ManagementPorts } from '../ports.ts';
import { topUpAmount } from './top-up-amount.ts';

const NOT_CHARGED = 'No card is charged here: the configuration is kept, and an operator tops up.';
const NOTE: Note = { code: 2961, message: NOT_CHARGED };
const LEAST_THRESHOLD = 500;

const planBody = z.strictObject({
  amount: topUpAmount,
  threshold: z.int().min(LEAST_THRESHOLD, `must be at least ${LEAST_THRESHOLD} cents`),
});

/** As the contract shows it. A plan that nobody carries out is disabled, and says why. */
export function viewPlan(plan: TopUpPlan | null): { readonly [field: string]: JsonValue } {
  if (plan === null) return { amount: null, threshold: null };
  return { amount: plan.amount, threshold: plan.threshold, disabledReason: NOT_CHARGED };
}

export async function getTopUpConfig(
  { account }: Call,
  { topUpPlans }: ManagementPorts,
): Promise<ManagementAnswer> {
  return succeed(viewPlan(await topUpPlans.get(account)));
}

export async function setTopUpConfig(
  { request, account }: Call,
  { topUpPlans }: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const plan = readBody(request, planBody);
  if (plan instanceof Refusal) return plan;
  await topUpPlans.put(account, plan);
  return succeed({ ...plan }, [NOTE]);
}

export async function deleteTopUpConfig(
  { account }: Call,
  { topUpPlans }: ManagementPorts,
): Promise<ManagementAnswer> {
  await topUpPlans.delete(account);
  return succeed(null);
}
