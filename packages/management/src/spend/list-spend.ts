import { isDeepStrictEqual } from 'node:util';
import {
  type BudgetState,
  budgetOf,
  budgetRemaining,
  formatDollars,
  type GatewaySnapshot,
  isPartitioned,
  type JsonValue,
  type Micros,
  micros,
  NO_MONEY,
  Refusal,
  type SpendBudget,
  type SpendRule,
  WHOLE_BUCKET,
} from '@weir/core';
import * as z from 'zod';
import type { GatewayCall } from '../access/endpoints.ts';
import { findGateway } from '../gateways/read-gateways.ts';
import { type ManagementAnswer, succeedWithPage } from '../http/answer.ts';
import { readQuery, slicePage, wholeNumber } from '../http/query.ts';
import type { ManagementPorts } from '../ports.ts';

const query = z.strictObject({
  page: wholeNumber(1, 1_000_000_000).default(1),
  per_page: wholeNumber(1, 1_000).default(100),
});

/** A bucket of a rule, with what it holds; null: nothing was spent in its window. */
interface Bucket {
  readonly rule: SpendRule;
  /** Null: the rule splits its money, and nobody has asked for any of it. */
  readonly name: string | null;
  readonly state: BudgetState | null;
}

/**
 * What each bucket of the gateway's spend rules holds, in the rules' order and by bucket. A rule that nobody spends under has
 * one that is empty. Limits are those of the settings; a rule that got another window or
 * other shards counts anew.
 */
export async function listSpend(
  call: GatewayCall,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const asked = readQuery(call.request, query);
  if (asked instanceof Refusal) return asked;
  const gateway = await findGateway(call, ports);
  if (gateway instanceof Refusal) return gateway;
  const limits = gateway.settings.spend_limits;
  const { enabled, rules } = limits ?? { enabled: false, rules: [] };
  const states = rules.length === 0 ? [] : await ports.ledger.states(call.account, call.gateway);
  const buckets = rules.flatMap((rule) => bucketsOf(gateway, rule, states));
  const { rows, info } = slicePage(buckets, asked);
  return succeedWithPage(
    rows.map((bucket) => viewBucket(gateway, enabled, bucket)),
    info,
  );
}

function bucketsOf(gateway: GatewaySnapshot, rule: SpendRule, states: readonly BudgetState[]): Bucket[] {
  const { window, shards } = budgetOf(gateway, rule, WHOLE_BUCKET);
  const own = states.flatMap((state): Bucket[] => {
    const { budget } = state;
    if (budget.kind !== 'limit' || budget.rule !== rule.id) return [];
    const isCurrent = isDeepStrictEqual([budget.window, budget.shards], [window, shards]);
    return isCurrent ? [{ rule, name: budget.bucket, state }] : [];
  });
  if (own.length === 0) return [{ rule, name: isPartitioned(rule) ? null : WHOLE_BUCKET, state: null }];
  return own.sort((one, other) => ((one.name ?? '') < (other.name ?? '') ? -1 : 1));
}

function viewBucket(gateway: GatewaySnapshot, areOn: boolean, { rule, name, state }: Bucket): JsonValue {
  const { limit, window }: SpendBudget = budgetOf(gateway, rule, name ?? '');
  const spent = state?.spent ?? NO_MONEY;
  const reserved = state?.reserved ?? NO_MONEY;
  const left = micros(limit - spent - reserved);
  const resetAt = state?.resetAt ?? null;
  return {
    rule: rule.id,
    bucket: name,
    enabled: areOn && rule.enabled,
    technique: window.technique,
    window: rule.window,
    limit: dollars(limit),
    spent: dollars(spent),
    reserved: dollars(reserved),
    remaining: Number(budgetRemaining(left)),
    reset_at: resetAt === null ? null : new Date(resetAt).toISOString(),
  };
}

/** Limits end where a number still has every micro-dollar. */
const dollars = (value: Micros) => Number(formatDollars(value));
