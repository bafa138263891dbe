import { Refusal } from '../../errors/refusal.ts';
import { durationMs } from '../../ids.ts';
import {
  type Admission,
  admissionOf,
  type CountedLimit,
  countedIn,
  UNLIMITED,
} from '../../policy/admission.ts';
import { type RuledLimit, rateLimitsOf, targetLimitsOf } from '../../policy/rate-limits.ts';
import { UNIFIED_RATE_RULE, unifiedRateLimit } from '../../policy/unified-billing.ts';
import { StoreUnavailable } from '../../ports/config-source.ts';
import type { Planned, Step } from '../exchange.ts';
import type { Ports } from '../ports.ts';

/**
 * Stage 5. Whether the request may go on under the gateway's rate limits (spec 5.5). All limits are taken at once; what
 * was taken is given back when the request does not go on. Without a limit nobody is asked.
 */
export async function admit(
  exchange: Planned,
  ports: Pick<Ports, 'rateLimiter' | 'faults' | 'unifiedBilling'>,
): Promise<Admission> {
  const { gateway, token, options, steps } = exchange;
  const { settings } = gateway;
  // Of the step that is tried first: the others are called only if it fails.
  const unified = unifiedLimitOf(steps[0], ports);
  if (!unified && !settings.rate_limiting_limit && !settings.rate_limits?.length) return UNLIMITED;
  const ruled = rateLimitsOf({
    gateway,
    token: token?.id ?? null,
    metadata: options.metadata,
    // Who is called by a route whose turn may come is not known yet.
    targets: steps.flatMap((step) => ('target' in step ? [limitedTarget(step)] : [])),
  });
  return decide(unified ? [...ruled, unified] : ruled, exchange, UNLIMITED, ports);
}

/**
 * The same for a step whose turn comes later: whether it may be called under the limits of its provider, its model and the
 * operator's key. What the request was counted under before is not asked again.
 *
 * @param before what was decided on the request so far.
 * @returns that, with the step's own limits.
 */
export function admitStep(
  step: Step,
  before: Admission,
  ports: Pick<Ports, 'rateLimiter' | 'unifiedBilling'>,
): Promise<Admission> | Admission {
  const { gateway, token, options } = step.exchange;
  const unified = unifiedLimitOf(step, ports);
  if (!unified && !gateway.settings.rate_limits?.length) return before;
  const targets = [limitedTarget(step)];
  const limited = { gateway, token: token?.id ?? null, metadata: options.metadata, targets };
  const counted = countedIn(before).map(({ limit }) => limit);
  const ofTarget = targetLimitsOf(limited, counted);
  const isNew = unified && counted.every(({ key }) => key !== unified.key);
  const limits = isNew ? [...ofTarget, unified] : ofTarget;
  return limits.length === 0 ? before : decide(limits, step.exchange, before, ports);
}

const limitedTarget = ({ target }: Step) => ({ provider: target.provider.slug, model: target.model });

/** Takes all of `limits` at once, or none of them. */
async function decide(
  limits: readonly RuledLimit[],
  { gateway }: Pick<Planned, 'gateway'>,
  before: Admission,
  { rateLimiter }: Pick<Ports, 'rateLimiter'>,
): Promise<Admission> {
  const counted = await Promise.all(
    limits.map(async (limit): Promise<CountedLimit> => {
      try {
        return { limit, verdict: await rateLimiter.take(limit) };
      } catch (cause) {
        if (!(cause instanceof StoreUnavailable)) throw cause;
        return { limit, verdict: 'unknown' };
      }
    }),
  );
  const failsClosed = gateway.settings.rate_limiting_fail_closed ?? false;
  const admission = admissionOf([...countedIn(before), ...counted], failsClosed);
  if (admission.kind === 'refused' || admission.kind === 'uncountable') await giveBack(counted);
  return admission;
}

const unifiedLimitOf = (
  { exchange: { gateway }, target: { provider, credential } }: Step,
  { unifiedBilling }: Pick<Ports, 'unifiedBilling'>,
) => unifiedRateLimit(unifiedBilling, gateway, provider.slug, credential.source);

async function giveBack(counted: readonly CountedLimit[]): Promise<void> {
  await Promise.all(
    counted.map(({ verdict }) =>
      verdict !== 'unknown' && verdict.admitted ? verdict.giveBack() : undefined,
    ),
  );
}

/** The refusal that an admission is, if it is one. */
export function refusalOf(admission: Admission): Refusal | null {
  switch (admission.kind) {
    case 'unlimited':
    case 'admitted':
      return null;
    case 'refused': {
      const { by, retryAfter } = admission;
      if (by.rule === UNIFIED_RATE_RULE) return new Refusal('unifiedRateLimited', { retryAfter });
      return new Refusal('rateLimited', {
        message: `The rate limit of this gateway is reached: ${by.meaning} (${by.rule}). Wait as long as Retry-After says.`,
        retryAfter,
      });
    }
    case 'uncountable':
      return new Refusal('storeUnavailable', {
        message: 'The gateway cannot check its rate limits at the moment. Try again shortly.',
        retryAfter: durationMs(1000),
      });
  }
}
