import { type DurationMs, durationMs, epochMs } from '../../ids.ts';
import type { Ports } from '../ports.ts';
import type { CachePlan } from './cache-plan.ts';

type LeasePorts = Pick<Ports, 'cache' | 'clock' | 'timer'>;

/** A leader that dies frees those who wait for it within this time. */
const LEASE = durationMs(10_000);
const RENEWAL = durationMs(LEASE / 3);
/** After a renewal that the store did not hear. */
const NEXT_TRY = durationMs(1_000);

/** The right to fetch an answer that others wait for. Renews itself until it is stopped or released. */
export interface Lease {
  /** The answer is stored, which has ended the lease. */
  stop(): void;
  /** There is no answer: those who wait may call for themselves. Never throws: the lease ends by itself. */
  release(): Promise<void>;
}

/**
 * Null: someone else leads, or the answer is there.
 *
 * @param holder the same for every try of one request: a try whose answer was lost may have been granted.
 * @throws {StoreUnavailable}
 */
export async function takeLease(
  { key, owner }: CachePlan,
  holder: string,
  ports: LeasePorts,
): Promise<Lease | null> {
  const { cache, clock, timer } = ports;
  const ask = () => cache.lease(key, owner, holder, epochMs(clock.now() + LEASE));
  if (!(await ask())) return null;
  let stopped = false;
  let cancel = () => {};
  const renewAfter = (delay: DurationMs) => {
    cancel = timer.after(delay, () => {
      ask().then(
        (held) => {
          if (held && !stopped) renewAfter(RENEWAL);
        },
        () => {
          // The store may be back before the lease is over.
          if (!stopped) renewAfter(NEXT_TRY);
        },
      );
    });
  };
  renewAfter(RENEWAL);
  const stop = () => {
    stopped = true;
    cancel();
  };
  return {
    stop,
    async release() {
      if (stopped) return;
      stop();
      await cache.release(key, holder).catch(() => undefined);
    },
  };
}
