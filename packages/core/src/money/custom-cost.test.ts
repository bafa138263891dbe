import { describe, expect, it } from '@jest/globals';
import type { TokenUsage } from '../form/token-usage.ts';
import { parseCustomCost } from './custom-cost.ts';
import { customTariff } from './price-texts.ts';
import { exactCost } from './tariff.ts';

/** Spec 5.16-3: input 1000 including read 600 and write 200, output 100; in our classes 200 are fresh. */
const USAGE: TokenUsage = { input: 200, cacheRead: 600, cacheWrite: 200, output: 100, reasoning: 0 };
const ATTO = 10n ** 18n;

function costOf(text: string, usage = USAGE): bigint | null {
  const { cost } = parseCustomCost(text);
  const tariff = cost && customTariff(cost);
  return tariff && exactCost(tariff, usage);
}

describe('cf-aig-custom-cost', () => {
  it('without any cache rate: in·tokens_in + out·tokens_out, cache counts ignored (5.16-2)', () => {
    expect(costOf('{"per_token_in":2,"per_token_out":3}')).toBe((1000n * 2n + 100n * 3n) * ATTO);
  });

  it('with both cache rates: 200 of the 1000 are fresh (5.16-3)', () => {
    const text = '{"per_token_in":7,"per_token_out":3,"per_cache_read_token":1,"per_cache_write_token":11}';
    expect(costOf(text)).toBe((200n * 7n + 600n * 1n + 200n * 11n + 100n * 3n) * ATTO);
  });

  it('with one cache rate the other is per_token_in (5.16-3)', () => {
    expect(costOf('{"per_token_in":7,"per_cache_read_token":1}')).toBe((200n * 7n + 600n + 200n * 7n) * ATTO);
    expect(costOf('{"per_token_in":7,"per_cache_write_token":1}')).toBe(
      (200n * 7n + 600n * 7n + 200n) * ATTO,
    );
  });

  it('is for tokens, of whatever kind they are, and covers searches', () => {
    const usage = {
      input: 1,
      cacheRead: 0,
      cacheWrite: 0,
      output: 0,
      reasoning: 5,
      inputAudio: 2,
      searches: 9,
    };
    expect(costOf('{"per_token_in":7,"per_token_out":3}', usage)).toBe((3n * 7n + 5n * 3n) * ATTO);
  });

  it.each([
    ['{"per_token_in":1e-7}', 10n ** 11n],
    ['{"per_token_in":"0.0000001"}', 10n ** 11n],
    ['{"per_token_in":0.1}', 10n ** 17n],
    // As a float this would be 0.30000000000000004 or 0.3.
    ['{"per_token_in":0.300000000000000007}', 300_000_000_000_000_007n],
    ['{"per_token_in":0.0000000000000000000000000001}', 1n],
    ['{"per_token_in":1.5E+2}', 150n * ATTO],
    ['{"per_token_in":0}', 0n],
    ['{ "per_token_in" : ".5" }', ATTO / 2n],
  ])('%s is exact, to 10^-18 dollars', (text, rate) => {
    const one = { input: 1, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 };
    expect(costOf(text, one)).toBe(rate);
  });

  it.each([
    ['{"per_token_in":-0.1}', 'per_token_in must be a decimal number of 0 or more'],
    ['{"per_token_in":"-1"}', 'must be a decimal number'],
    ['{"per_token_in":NaN}', 'is not a JSON object'],
    ['{"per_token_in":"NaN"}', 'must be a decimal number'],
    ['{"per_token_in":Infinity}', 'is not a JSON object'],
    ['{"per_token_in":"Infinity"}', 'must be a decimal number'],
    ['{"per_token_in":1e999}', 'must be a decimal number'],
    ['{"per_token_in":1e9999999999}', 'must be a decimal number'],
    ['{"per_token_in":"free"}', 'must be a decimal number'],
    ['{"per_token_in":""}', 'must be a decimal number'],
    ['{"per_token_in":"0x10"}', 'must be a decimal number'],
    ['{"per_token_in":null}', 'must be a decimal number'],
    ['{"per_token_in":{"a":1}}', 'must be a decimal number'],
    ['{"per_token_in":[1]}', 'must be a decimal number'],
    ['{"per_token":1}', 'has an unknown key'],
    ['{"per_token_in":1,"__proto__":2}', 'has an unknown key'],
    ['{}', 'names no rate'],
    ['[]', 'is not a JSON object'],
    ['0.1', 'is not a JSON object'],
    ['null', 'is not a JSON object'],
    ['', 'is not a JSON object'],
    ['{"per_token_in":1', 'is not a JSON object'],
    [`{"per_token_in":${'0'.repeat(2_100)}}`, 'has more than 2048 bytes'],
  ])('%s is ignored as a whole, with a warning', (text, why) => {
    const { cost, warning } = parseCustomCost(text);
    expect(cost).toBeNull();
    expect(warning).toContain(why);
  });
});
