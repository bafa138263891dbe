import { durationMs } from '../../ids.ts';
import { followerPause } from '../../policy/cacheable.ts';
import { StoreUnavailable } from '../../ports/config-source.ts';
import { type CachedAnswer, CacheSpared } from '../../ports/response-cache.ts';
import type { Planned, Step } from '../exchange.ts';
import type { Ports } from '../ports.ts';
import type { CachePlan } from './cache-plan.ts';
import { type Lease, takeLease } from './lease.ts';

/** What comes of meeting others: their answer, or a call of our own, with the lease or without. */
export interface Turn {
  readonly answer: CachedAnswer | null;
  readonly lease: Lease | null;
}

/** Who came to share a call does not give up at the first question that a busy store leaves open. */
const PATIENCE_WITH_STORE = durationMs(3_000);

/**
 * Coalescing (spec 5.4-10). The first of identical requests leads; the others wait for its entry with growing pauses.
 * When the leader fails, all who wait call for themselves, and one of them leads those who come after. Nobody waits
 * longer than a provider may be silent.
 *
 * @param leader who leads, as far as the look-up saw.
 * @throws {StoreUnavailable} when the store has been silent for three seconds, or is known to be and nobody leads.
 */
export async function leadOrFollow(
  exchange: Planned,
  { settings }: Step,
  plan: CachePlan,
  leader: string | null,
  ports: Ports,
): Promise<Turn> {
  const { clock } = ports;
  const patience = settings.requestTimeout.value ?? ports.upstreamTimeout;
  const end = Math.min(exchange.deadline, clock.now() + patience);
  const follower = new Follower(plan, leader, ports);
  let heardAt = clock.now();
  for (let round = 0; clock.now() < end; round++) {
    try {
      const turn = await follower.look();
      if (turn) return turn;
      heardAt = clock.now();
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || clock.now() - heardAt >= PATIENCE_WITH_STORE) throw error;
      if (error instanceof CacheSpared && !follower.isFollowing) throw error;
    }
    await pause(followerPause(round, (ports.ids.random(1)[0] ?? 0) / 256), ports);
  }
  return ALONE;
}

const ALONE: Turn = { answer: null, lease: null };

class Follower {
  readonly #plan: CachePlan;
  readonly #ports: Ports;
  readonly #name: string;
  /** Whose answer we wait for; null: nobody led when we last looked. */
  #leader: string | null;
  /** Someone led, and leads no more. */
  #wasLeft = false;
  /** The look-up has just read: who leads needs no second reading. */
  #hasSeen: boolean;

  constructor(plan: CachePlan, leader: string | null, ports: Ports) {
    this.#plan = plan;
    this.#ports = ports;
    this.#name = Buffer.from(ports.ids.random(8)).toString('hex');
    this.#leader = leader;
    this.#hasSeen = leader !== null;
  }

  /** There is someone to wait for. */
  get isFollowing(): boolean {
    return this.#leader !== null;
  }

  /** Null: the leader is still at it. */
  async look(): Promise<Turn | null> {
    if (this.#leader !== null && !this.#hasSeen) {
      const seen = await this.#ports.cache.get(this.#plan.key, 'patiently');
      if (seen.answer) return { answer: seen.answer, lease: null };
      if (seen.leader === this.#leader) return null;
      this.#wasLeft = true;
      this.#leader = seen.leader;
      if (seen.leader !== null) return ALONE;
    }
    this.#hasSeen = false;
    return this.#leader === null ? this.#lead() : null;
  }

  async #lead(): Promise<Turn | null> {
    const { cache } = this.#ports;
    const lease = await takeLease(this.#plan, this.#name, this.#ports);
    if (lease) return { answer: null, lease };
    if (this.#wasLeft) return ALONE;
    const seen = await cache.get(this.#plan.key, 'patiently');
    if (seen.answer) return { answer: seen.answer, lease: null };
    this.#leader = seen.leader;
    // Refused, and yet nobody leads any more: whoever it was has failed.
    this.#wasLeft = seen.leader === null;
    return null;
  }
}

const pause = (milliseconds: number, { timer }: Pick<Ports, 'timer'>) =>
  new Promise<void>((resolve) => {
    timer.after(durationMs(milliseconds), resolve);
  });
