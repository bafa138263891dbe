import type { PackedBook } from '@weir/core';
import { UNPRICED } from '@weir/core/pricing';

/** A provider does not change a price like this; a source with a mistake in it does. */
const MOST_CHANGE = 100;

/**
 * Why `next` must not take the place of `known`: more than half of the models are gone, or a price that held already is
 * another by more than a hundred times. A new price from some date on is no such change: it stands beside the old one.
 * Null: nothing speaks against it.
 */
export function whyNot(known: PackedBook, next: PackedBook): string | null {
  const [before, after] = [linesOf(known), linesOf(next)];
  const kept = [...before.keys()].filter((entry) => after.has(entry)).length;
  if (kept * 2 < before.size) return `it has lost ${before.size - kept} of ${before.size} models`;
  for (const [entry, prices] of before) {
    const changed = [...prices].find(([when, price]) => {
      const now = after.get(entry)?.get(when);
      return now !== undefined && isLeap(price, now);
    });
    if (changed) return `the price of ${entry} has changed more than ${MOST_CHANGE} times, without a date`;
  }
  return null;
}

type Rates = ReadonlyMap<string, number>;
/** By when they hold; `''`: always. */
type Prices = ReadonlyMap<string, Rates>;

function linesOf({ providers }: PackedBook): ReadonlyMap<string, Prices> {
  const lines = new Map<string, Prices>();
  for (const [provider, { models }] of Object.entries(providers)) {
    for (const line of models) {
      const [id = '', , ...prices] = line.split('|');
      if (prices[0] !== UNPRICED) lines.set(`${provider}/${id}`, new Map(prices.map(readPrice)));
    }
  }
  return lines;
}

function readPrice(text: string): readonly [when: string, rates: Rates] {
  const [, when = '', rates = ''] = /^(?:@(\S+) )?(.*)$/.exec(text) ?? [];
  const tiers = rates.split('>').flatMap((tier, index) => {
    const parts = tier.split(' ').filter((part) => part !== '');
    const size = index === 0 ? '' : parts.shift();
    return parts.map((part) => [`${size}${part.charAt(0)}`, Number(part.slice(1))] as const);
  });
  return [when, new Map(tiers)];
}

/** To nothing and from nothing is more than any factor. A rate that is new or gone falls back to another. */
function isLeap(before: Rates, after: Rates): boolean {
  return [...before].some(([name, rate]) => {
    const now = after.get(name);
    return now !== undefined && (now > rate * MOST_CHANGE || now * MOST_CHANGE < rate);
  });
}
