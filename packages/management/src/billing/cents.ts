import { type Micros, micros } from '@weir/core';

const MICROS_PER_CENT = 10_000n;
const DECIMALS = 4;

/**
 * US cents, the unit of every amount on these paths (spec 1.5). What is smaller than a cent stands behind the point: four
 * decimals say every micro-dollar. Exact up to a billion dollars.
 */
export function toCents(value: Micros): number {
  const text = (value < 0n ? -value : value).toString().padStart(DECIMALS + 1, '0');
  return Number(`${value < 0n ? '-' : ''}${text.slice(0, -DECIMALS)}.${text.slice(-DECIMALS)}`);
}

/** @param cents whole ones. */
export const fromCents = (cents: number): Micros => micros(BigInt(cents) * MICROS_PER_CENT);
