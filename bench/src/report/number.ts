import type { Spread } from '../measures/statistics.ts';

/** `0.61 (0.55–0.67)`: the median, and between which values it lies; one number where they are the same. */
export function number({ median, low, high }: Spread): string {
  const text = (value: number) => value.toFixed(Math.abs(median) >= 100 ? 0 : Math.abs(median) >= 10 ? 1 : 2);
  return low === high ? text(median) : `${text(median)} (${text(low)}–${text(high)})`;
}
