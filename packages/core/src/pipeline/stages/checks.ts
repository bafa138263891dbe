import { isRefusal, type Refusal } from '../../errors/refusal.ts';
import type { Planned } from '../exchange.ts';
import type { Ports } from '../ports.ts';

/** One question that a planned request must pass. */
export type Check = (exchange: Planned, ports: Ports) => Promise<Refusal | null>;

/** Stage 7: data-loss and guardrail checks of the prompt. */
export const PROMPT_INSPECTION: readonly Check[] = [];

/** Asks all at once; of several refusals the first in the list's order counts. */
export async function pass(
  checks: readonly Check[],
  exchange: Planned,
  ports: Ports,
): Promise<Refusal | null> {
  if (checks.length === 0) return null;
  const verdicts = await Promise.all(checks.map((check) => check(exchange, ports)));
  return verdicts.find(isRefusal) ?? null;
}
