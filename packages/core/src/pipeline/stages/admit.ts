import { Refusal } from '../../errors/refusal.ts';
import { durationMs } from '../../ids.ts';
import { type Admission, admissionOf, type CountedLimit, rateLimitsOf } from '../../policy/rate-limits.ts';
import { UNIFIED_RATE_RULE, unifiedRateLimit } from '../../policy/unified-billing.ts';
import { StoreUnavailable } from '../../ports/config-source.ts';
import type { Planned } from '../exchange.ts';
import type { Ports } from '../ports.ts';

const UNLIMITED: Admission = { kind: 'unlimited' };

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
  const unified = unifiedLimitOf(exchange, ports);
  if (!unified && !settings.rate_limiting_limit && !settings.rate_limits?.length) return UNLIMITED;
  const ruled = rateLimitsOf({
    gateway,
    token: token?.id ?? null,
    metadata: options.metadata,
    // Who is called by a route whose turn may come is not known yet.
    targets: steps.flatMap((step) =>
      'target' in step ? [{ provider: step.target.provider.slug, model: step.target.model }] : [],
    ),
  });
  const limits = unified ? [...ruled, unified] : ruled;
  const counted = await Promise.all(
    limits.map(async (limit): Promise<CountedLimit> => {
      try {
        return { limit, verdict: await ports.rateLimiter.take(limit) };
      } catch (cause) {
        if (!(cause instanceof StoreUnavailable)) throw cause;
        return { limit, verdict: 'unknown' };
      }
    }),
  );
  const admission = admissionOf(counted, settings.rate_limiting_fail_closed ?? false);
  if (admission.kind === 'refused' || admission.kind === 'uncountable') await giveBack(counted);
  return admission;
}

/** Of the step that is tried first: the others are called only if it fails. */
function unifiedLimitOf({ gateway, steps }: Planned, { unifiedBilling }: Pick<Ports, 'unifiedBilling'>) {
  const { provider, credential } = steps[0].target;
  return unifiedRateLimit(unifiedBilling, gateway, provider.slug, credential.source);
}

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
