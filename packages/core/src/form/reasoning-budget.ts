import { EFFORTS, type Effort, type Reasoning } from './request.ts';

/** Share of the largest answer that an effort may think (spec/providers 2.9). */
const SHARE: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 0.02,
  low: 0.1,
  medium: 0.3,
  high: 0.6,
  xhigh: 0.9,
  max: 0.9,
};

export const isEffort = (value: unknown): value is Effort => EFFORTS.some((effort) => effort === value);

/** In tokens. The caller's own budget goes before its effort; null: it gave neither. */
export function budgetOf(reasoning: Reasoning, maxOutput: number): number | null {
  if (reasoning.budget !== undefined) return reasoning.budget;
  return reasoning.effort === undefined ? null : Math.floor(SHARE[reasoning.effort] * maxOutput);
}

/** The effort whose share comes nearest to a budget; some budget is some effort. Null: the caller gave neither. */
export function effortOf(reasoning: Reasoning, maxOutput: number): Effort | null {
  if (reasoning.effort !== undefined) return reasoning.effort;
  if (reasoning.budget === undefined) return null;
  if (reasoning.budget <= 0) return 'none';
  const share = reasoning.budget / maxOutput;
  let nearest: Effort = 'minimal';
  for (const effort of EFFORTS)
    if (effort !== 'none' && Math.abs(SHARE[effort] - share) < Math.abs(SHARE[nearest] - share))
      nearest = effort;
  return nearest;
}
