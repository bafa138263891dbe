import { attodollars } from '../attodollars.ts';
import type { PriceOverride } from '../price-override.ts';
import { namedRatesOf } from '../price-texts.ts';
import { completeRates, type Tariff, type Tier } from '../tariff.ts';
import { LETTERS } from './packed-book.ts';

/** One price of a model, and when it holds. */
export interface DatedPrice {
  /** Epoch milliseconds. */
  readonly holdsAt: (at: number) => boolean;
  readonly tariff: Tariff;
}

const DAY = 86_400_000;
const MINUTE = 60_000;
const PRICE = /^(?:@(\S+) )?(.*)$/;
const HOURS = /^(\d\d):(\d\d)-(\d\d):(\d\d)$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** @throws when the text is no price (see `packed-book.ts`). */
export function parseDatedPrice(text: string): DatedPrice {
  const [, constraint, rates = ''] = PRICE.exec(text) ?? [];
  return {
    holdsAt: constraint === undefined ? () => true : parseConstraint(constraint),
    tariff: parseTariff(rates),
  };
}

function parseConstraint(text: string): (at: number) => boolean {
  if (DATE.test(text)) {
    const start = Date.parse(`${text}T00:00:00Z`);
    return (at) => at >= start;
  }
  const hours = HOURS.exec(text)?.slice(1).map(Number);
  if (hours === undefined) throw new Error(`"${text}" is no time at which a price holds`);
  const [fromHour = 0, fromMinute = 0, untilHour = 0, untilMinute = 0] = hours;
  const [from, until] = [(fromHour * 60 + fromMinute) * MINUTE, (untilHour * 60 + untilMinute) * MINUTE];
  return (at) => {
    const time = at % DAY;
    return until < from ? time >= from || time < until : time >= from && time < until;
  };
}

function parseTariff(text: string): Tariff {
  const [base = '', ...larger] = text.split('>');
  const tiers: Tier[] = [{ above: -1, rates: parseRates(base) }];
  for (const tier of larger) {
    const [size = '', ...rates] = tier.split(' ');
    if (!/^\d{1,15}$/.test(size)) throw new Error(`"${size}" is no size of a request`);
    tiers.push({ above: Number(size), rates: parseRates(rates.join(' ')) });
  }
  return { tiers };
}

function parseRates(text: string) {
  const texts: { -readonly [Name in keyof PriceOverride['rates']]?: string } = {};
  for (const rate of text.split(' ').filter((part) => part !== '')) {
    const name = isLetter(rate[0]) ? LETTERS[rate[0]] : undefined;
    if (name === undefined) throw new Error(`"${rate}" is no rate of a price book`);
    texts[name] = rate.slice(1);
  }
  const named = namedRatesOf(texts);
  if (named === null) throw new Error(`"${text}" are no rates`);
  // A model without any rate has no price; one that is free says so.
  if (Object.keys(named).length === 0) throw new Error('a price has at least one rate');
  const isFree = Object.values(named).every((rate) => rate === attodollars(0n));
  return completeRates(isFree ? { ...named, request: attodollars(0n) } : named);
}

const isLetter = (text: string | undefined): text is keyof typeof LETTERS =>
  text !== undefined && Object.hasOwn(LETTERS, text);
