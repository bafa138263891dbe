import type { Tagged } from '../ids.ts';
import { type Micros, micros } from './micros.ts';

/** 10^-18 US dollars: the unit of rates, and of costs until they are rounded, once, to micro-dollars. */
export type Attodollars = Tagged<bigint, 'Attodollars'>;

export const attodollars = (value: bigint) => value as Attodollars;
export const NOTHING = attodollars(0n);

const ATTO = 18;
/** A price per million tokens has its decimal point six places further on. */
const MILLION = 6;
const PER_MICRO = 10n ** 12n;
const DECIMAL = /^(\d{0,80})(?:\.(\d{0,400}))?(?:[eE]([+-]?\d{1,3}))?$/;
/** Nobody charges a billion dollars for a token; a rate above it is a mistake. */
const MOST = 10n ** BigInt(9 + ATTO);

/** Dollars for one token, or for one call. */
export const dollarsEach = (text: string) => parseRate(text, ATTO);
/** Dollars for a million tokens: the rate of one. */
export const dollarsPerMillion = (text: string) => parseRate(text, ATTO - MILLION);

/**
 * A decimal number of 0 or more, read from its text and never through a float; exponents are taken. What lies beyond
 * the 18th place is rounded up, so that no rate becomes nothing. Null: no such number, or above a billion dollars.
 */
function parseRate(text: string, scale: number): Attodollars | null {
  const [match, whole = '', fraction = '', exponent = '0'] = DECIMAL.exec(text) ?? [];
  if (match === undefined || whole + fraction === '') return null;
  const digits = BigInt(whole + fraction);
  const shift = scale - fraction.length + Number(exponent);
  const value = shift >= 0 ? digits * 10n ** BigInt(shift) : divideUp(digits, 10n ** BigInt(-shift));
  return value > MOST ? null : attodollars(value);
}

/** The rate of one token as dollars for a million of them, in plain decimals. Exact. */
export const formatPerMillion = (rate: Attodollars) => formatRate(rate, ATTO - MILLION);
/** Dollars each, in plain decimals. Exact. */
export const formatEach = (rate: Attodollars) => formatRate(rate, ATTO);

function formatRate(rate: Attodollars, scale: number): string {
  const text = rate.toString().padStart(scale + 1, '0');
  const fraction = text.slice(-scale).replace(/0+$/, '');
  return fraction === '' ? text.slice(0, -scale) : `${text.slice(0, -scale)}.${fraction}`;
}

/**
 * The one rounding there is: to the nearest micro-dollar, half of one up; but what costs anything costs at least one
 * (packages/core/decisions/2026-11-23-what-a-request-costs.md).
 */
export function roundToMicros(exact: Attodollars): Micros {
  const rounded = (exact + PER_MICRO / 2n) / PER_MICRO;
  return micros(rounded === 0n && exact > 0n ? 1n : rounded);
}

/** Upwards, for what must never be less than the exact amount. */
export const roundUpToMicros = (exact: Attodollars): Micros => micros(divideUp(exact, PER_MICRO));

const divideUp = (value: bigint, by: bigint) => (value + by - 1n) / by;
