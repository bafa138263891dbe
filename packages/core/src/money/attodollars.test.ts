import { describe, expect, it } from '@jest/globals';
import {
  attodollars,
  dollarsEach,
  dollarsPerMillion,
  formatEach,
  formatPerMillion,
  roundToMicros,
  roundUpToMicros,
} from './attodollars.ts';

describe('a rate', () => {
  it.each([
    ['1.25', 1_250_000_000_000n],
    ['0', 0n],
    ['0.000000000001', 1n],
    ['3e2', 300_000_000_000_000n],
  ])('%s dollars per million tokens are %d attodollars a token', (text, rate) => {
    expect(dollarsPerMillion(text)).toBe(rate);
  });

  it('smaller than its unit is rounded up: nothing that has a price becomes free', () => {
    expect(dollarsEach('0.0000000000000000001')).toBe(1n);
    expect(dollarsEach('1e-300')).toBe(1n);
  });

  it.each([
    '',
    '.',
    '-1',
    '+1',
    '1,5',
    '1_000',
    'NaN',
    '0x1',
    ' 1',
    '1e',
    '1e+',
    'e5',
    '1e1000',
    '9'.repeat(90),
  ])('"%s" is none', (text) => {
    expect(dollarsEach(text)).toBeNull();
  });

  it('is shown as it was written, without what adds nothing', () => {
    expect(formatPerMillion(attodollars(1_250_000_000_000n))).toBe('1.25');
    expect(formatEach(attodollars(10n ** 16n))).toBe('0.01');
    expect(formatEach(attodollars(0n))).toBe('0');
    expect(formatEach(attodollars(10n ** 19n))).toBe('10');
  });
});

describe('an exact cost', () => {
  it.each([
    [0n, 0n, 0n],
    [1n, 1n, 1n],
    [499_999_999_999n, 1n, 1n],
    [500_000_000_000n, 1n, 1n],
    [1_499_999_999_999n, 1n, 2n],
    [1_500_000_000_000n, 2n, 2n],
    [2_000_000_000_000n, 2n, 2n],
  ])('of %d attodollars is %d micro-dollars, and at most %d', (exact, rounded, most) => {
    expect(roundToMicros(attodollars(exact))).toBe(rounded);
    expect(roundUpToMicros(attodollars(exact))).toBe(most);
  });
});
