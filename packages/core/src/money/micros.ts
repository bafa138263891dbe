import type { Tagged } from '../ids.ts';

/** Millionths of a US dollar: the unit in which money is kept, reserved and settled. Never a float. */
export type Micros = Tagged<bigint, 'Micros'>;

export const micros = (value: bigint) => value as Micros;
export const NO_MONEY = micros(0n);

const PLAIN = /^(\d{1,24})(?:\.(\d+))?$/;
const SMALLEST = 6;

/**
 * Dollars as a decimal number in text, such as `0.01`, in micro-dollars; what is smaller than one is cut off. Null: not
 * a plain decimal number of 0 or more.
 */
export function parseDollars(text: string): Micros | null {
  const [, whole, fraction = ''] = PLAIN.exec(text) ?? [];
  if (whole === undefined) return null;
  return micros(BigInt(whole + fraction.slice(0, SMALLEST).padEnd(SMALLEST, '0')));
}

/** Dollars with all six decimals: `-0.010000`. Exact. */
export function formatDollars(value: Micros): string {
  const text = (value < 0n ? -value : value).toString().padStart(SMALLEST + 1, '0');
  return `${value < 0n ? '-' : ''}${text.slice(0, -SMALLEST)}.${text.slice(-SMALLEST)}`;
}
