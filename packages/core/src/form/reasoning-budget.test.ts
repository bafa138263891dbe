import { describe, expect, test } from '@jest/globals';
import { budgetOf, effortOf, isEffort } from './reasoning-budget.ts';
import { EFFORTS, type Effort } from './request.ts';

describe('how much a model shall think', () => {
  test.each<[effort: Effort, budget: number]>([
    ['none', 0],
    ['minimal', 200],
    ['low', 1000],
    ['medium', 3000],
    ['high', 6000],
    ['xhigh', 9000],
    ['max', 9000],
  ])('the effort %s is %d of 10,000 tokens', (effort, budget) => {
    expect(budgetOf({ effort, shown: null }, 10_000)).toBe(budget);
  });

  test('is what the caller said, where it said it in the words that are asked for', () => {
    expect(budgetOf({ budget: 5, effort: 'high', shown: null }, 10_000)).toBe(5);
    expect(effortOf({ budget: 5, effort: 'high', shown: null }, 10_000)).toBe('high');
    expect(budgetOf({ shown: true }, 10_000)).toBeNull();
    expect(effortOf({ shown: true }, 10_000)).toBeNull();
  });

  test.each<[budget: number, effort: Effort]>([
    [0, 'none'],
    [50, 'minimal'],
    [300, 'minimal'],
    [1024, 'low'],
    [2500, 'medium'],
    [6000, 'high'],
    [9000, 'xhigh'],
    [90_000, 'xhigh'],
  ])('the budget %d of 10,000 tokens is nearest to the effort %s', (budget, effort) => {
    expect(effortOf({ budget, shown: null }, 10_000)).toBe(effort);
  });

  test('comes back from a budget to the effort that it was made of', () => {
    for (const effort of EFFORTS.filter((it) => it !== 'max')) {
      const budget = budgetOf({ effort, shown: null }, 64_000) ?? -1;
      expect(effortOf({ budget, shown: null }, 64_000)).toBe(effort);
    }
  });

  test('is told by known words only', () => {
    expect(isEffort('high')).toBe(true);
    expect(isEffort('huge')).toBe(false);
    expect(isEffort(3)).toBe(false);
  });
});
