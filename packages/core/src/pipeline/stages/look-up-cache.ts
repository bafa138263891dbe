import { type CachedAnswer, CacheSpared } from '../../ports/response-cache.ts';
import { type CachePlan, planCache } from '../cache/cache-plan.ts';
import type { Step } from '../exchange.ts';
import type { Ports } from '../ports.ts';

/** What the cache says of a step. */
export type Found =
  /** The step is not cached. Nobody was asked. */
  | { readonly kind: 'off'; readonly answer: null }
  | {
      readonly kind: 'considered';
      readonly plan: CachePlan;
      readonly answer: CachedAnswer | null;
      /** Who is getting the answer just now. */
      readonly leader: string | null;
    };

const OFF: Found = { kind: 'off', answer: null };

/**
 * Stage 6. One read, and none when the step is not cached. A cache that is down is a miss (design 12); one that is known to
 * be silent is left alone for the rest of the request, too.
 */
export async function lookUpCache(step: Step, ports: Pick<Ports, 'cache' | 'faults'>): Promise<Found> {
  const plan = planCache(step);
  if (plan === null) return OFF;
  const miss = { kind: 'considered', plan, answer: null, leader: null } as const;
  if (!plan.reads) return miss;
  try {
    return { ...miss, ...(await ports.cache.get(plan.key, plan.coalesces ? 'patiently' : 'briefly')) };
  } catch (error) {
    ports.faults.report('the cache could not be asked', error, step.exchange.id);
    if (!(error instanceof CacheSpared)) return miss;
    return { ...miss, plan: { ...plan, coalesces: false, keeps: false } };
  }
}
