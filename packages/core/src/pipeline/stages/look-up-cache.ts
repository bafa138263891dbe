import type { UpstreamAnswer } from '../../ports/upstream.ts';
import type { Planned } from '../exchange.ts';
import type { Ports } from '../ports.ts';

/** A place where an answer may already be. */
export type Lookup = (exchange: Planned, ports: Ports) => Promise<UpstreamAnswer | null>;

/** Stage 6, in the order in which they are asked. */
const LOOKUPS: readonly Lookup[] = [];

/** The first answer that is already there; null when the provider must be called. */
export async function lookUpCache(exchange: Planned, ports: Ports): Promise<UpstreamAnswer | null> {
  for (const lookup of LOOKUPS) {
    const answer = await lookup(exchange, ports);
    if (answer) return answer;
  }
  return null;
}
