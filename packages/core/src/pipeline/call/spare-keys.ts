import { isRefusal, Refusal } from '../../errors/refusal.ts';
import { durationMs } from '../../ids.ts';
import { StoreUnavailable } from '../../ports/config-source.ts';
import type { Answer } from '../answer.ts';
import type { Step } from '../exchange.ts';
import type { Ports } from '../ports.ts';

/** The provider does not know the key, does not let it do this, or has had enough of it. */
const REFUSED: ReadonlySet<number> = new Set([401, 403, 429]);

/** Whether another key could get what this one did not. */
export const isKeysFault = (result: Answer | Refusal) =>
  isRefusal(result) ? result.name === 'rateLimited' : REFUSED.has(result.status);

/** The step with the next stored key. Null: there is none, or it cannot be used. */
export async function withSpareKey(step: Step): Promise<Step | null> {
  const { key, hasSpare } = step.target.credential;
  if (!key || !hasSpare) return null;
  const exchange = { ...step.exchange, refusedKeys: [...step.exchange.refusedKeys, key.id] };
  const target = await step.replan(exchange);
  if (isRefusal(target) || target.credential.source !== 'stored') return null;
  return { ...step, target, exchange };
}

/**
 * A stored key's own request cap (spec 5.2-9): 429 / 2003 when it is reached. Null: the key may be used. What cannot be
 * counted passes, like every rate limit of a gateway that does not say otherwise (design 12).
 */
export async function keyLimit(
  { target: { credential }, exchange: { gateway } }: Step,
  { rateLimiter, faults }: Pick<Ports, 'rateLimiter' | 'faults'>,
): Promise<Refusal | null> {
  const { key } = credential;
  if (!key?.rateLimit) return null;
  try {
    const verdict = await rateLimiter.take({
      key: `${gateway.account}/${gateway.internalId}/key/${key.id}`,
      limit: key.rateLimit,
      interval: durationMs(key.ratePeriod * 1000),
      technique: 'fixed',
    });
    if (verdict.admitted) return null;
    return new Refusal('rateLimited', {
      message: `The rate limit of the stored key "${key.alias}" is reached: ${key.rateLimit} requests in ${key.ratePeriod} s. Wait as long as Retry-After says.`,
      retryAfter: verdict.retryAfter,
    });
  } catch (cause) {
    if (!(cause instanceof StoreUnavailable)) throw cause;
    faults.report('a key’s rate limit could not be counted', cause, key.id);
    return null;
  }
}
