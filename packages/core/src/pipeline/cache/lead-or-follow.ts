import { durationMs } from '../../ids.ts';
import { followerPause } from '../../policy/cacheable.ts';
import type { CachedAnswer } from '../../ports/response-cache.ts';
import type { Planned, Step } from '../exchange.ts';
import type { Ports } from '../ports.ts';
import type { CachePlan } from './cache-plan.ts';
import { type Lease, takeLease } from './lease.ts';

/** What comes of meeting others: their answer, or a call of our own, with the lease or without. */
export interface Turn {
  readonly answer: CachedAnswer | null;
  readonly lease: Lease | null;
}

/**
 * Coalescing (spec 5.4-10). The first of identical requests leads; the others wait for its entry with growing pauses.
 * When the leader fails, all who wait call for themselves, and one of them leads those who come after. Nobody waits
 * longer than a provider may be silent.
 *
 * @param leader who leads, as far as the look-up saw. @throws {StoreUnavailable}
 */
export async function leadOrFollow(
  exchange: Planned,
  { settings }: Step,
  plan: CachePlan,
  leader: string | null,
  ports: Ports,
): Promise<Turn> {
  const { cache, clock } = ports;
  const patience = settings.requestTimeout.value ?? ports.upstreamTimeout;
  const end = Math.min(exchange.deadline, clock.now() + patience);
  const lead = async (): Promise<Turn> => ({ answer: null, lease: await takeLease(plan, ports) });

  let followed = leader;
  if (followed === null) {
    const turn = await lead();
    if (turn.lease) return turn;
  }
  for (let round = 0; clock.now() < end; round++) {
    await pause(followerPause(round, (ports.ids.random(1)[0] ?? 0) / 256), ports);
    const seen = await cache.get(plan.key);
    if (seen.answer) return { answer: seen.answer, lease: null };
    if (seen.leader === null) return lead();
    if (followed !== null && seen.leader !== followed) break;
    followed = seen.leader;
  }
  return { answer: null, lease: null };
}

const pause = (milliseconds: number, { timer }: Pick<Ports, 'timer'>) =>
  new Promise<void>((resolve) => {
    timer.after(durationMs(milliseconds), resolve);
  });
