import type { Contender } from '../contenders/contender.ts';
import type { Child } from '../processes/child.ts';
import type { LoadJob } from '../processes/load-job.ts';
import type { TrafficEvent } from '../processes/probe.ts';
import { load } from './rounds.ts';

export interface StoreRoundTrips {
  readonly requests: number;
  /** Calls to anything but the provider that began and were answered between a request's arrival and its upstream call. */
  readonly beforeUpstream: number;
  /** All calls to the stores in that time: hand-offs and background refreshes. */
  readonly inAll: number;
}

/**
 * Sends requests one at a time to a warm gateway and reads, from Node's own diagnostics channels inside it, what was
 * called when.
 */
export async function countStoreRoundTrips(
  gateway: Contender & { readonly process: Child },
  client: Child,
  job: LoadJob,
  upstreamHost: string,
): Promise<StoreRoundTrips> {
  await load(client, { ...job, requests: 20 });
  await gateway.process.ask('watch-traffic');
  await load(client, job);
  await new Promise((resolve) => setTimeout(resolve, 300));
  return { requests: job.requests, ...classify(await gateway.process.ask('traffic'), upstreamHost) };
}

export function classify(
  events: readonly TrafficEvent[],
  upstreamHost: string,
): Omit<StoreRoundTrips, 'requests'> {
  let beforeUpstream = 0;
  let inAll = 0;
  let arrivedAt: number | null = null;
  let pending = new Set<number>();
  let answered = 0;
  for (const { kind, at, peer, call } of events) {
    if (kind === 'answered') continue;
    if (kind === 'received') {
      arrivedAt = at;
      pending = new Set();
      answered = 0;
    } else if (peer === upstreamHost) {
      if (kind === 'call-started' && arrivedAt !== null) {
        beforeUpstream += answered;
        arrivedAt = null;
      }
    } else if (kind === 'call-started') {
      inAll += 1;
      if (arrivedAt !== null) pending.add(call);
    } else if (arrivedAt !== null && pending.delete(call)) {
      answered += 1;
    }
  }
  return { beforeUpstream, inAll };
}
