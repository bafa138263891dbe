import type { Tariff } from '../tariff.ts';
import { type MatchRule, parseMatchRule } from './match-rule.ts';
import { namesOf } from './model-names.ts';
import { type PackedBook, UNPRICED } from './packed-book.ts';
import { type DatedPrice, parseDatedPrice } from './parse-price.ts';

/** A price of the book, as it holds at one moment. */
export interface BookPrice {
  /** The entry: the book's provider and model, such as `openai/gpt-5`. */
  readonly entry: string;
  readonly tariff: Tariff;
}

interface BookModel {
  readonly id: string;
  readonly matches: MatchRule;
  readonly line: string;
}

interface Found {
  readonly entry: string;
  readonly prices: readonly DatedPrice[];
}

/** Answers that are kept: names come from callers, so there is no end of them. */
const MOST_KEPT = 1_000;

/** A price book, ready to be asked. Models are parsed when somebody asks for them: most never are. */
export class PriceBook {
  readonly name: string;
  readonly date: string;
  readonly #packed: PackedBook;
  readonly #models = new Map<string, readonly BookModel[]>();
  readonly #found = new Map<string, Found | null>();

  constructor(packed: PackedBook) {
    this.name = packed.name;
    this.date = packed.date;
    this.#packed = packed;
  }

  /** Null: the book has no such model, or says nothing about its price. */
  priceOf(provider: string, model: string, at: number): BookPrice | null {
    const found = this.#find(provider, model);
    return found && priceAt(found, at);
  }

  /** The price of an entry that a record names. */
  entry(name: string, at: number): BookPrice | null {
    const slash = name.indexOf('/');
    const [provider, id] = [name.slice(0, slash), name.slice(slash + 1)];
    const model = this.#modelsOf(provider).find((candidate) => candidate.id === id);
    return model === undefined ? null : priceAt(foundIn(provider, model), at);
  }

  #find(provider: string, model: string): Found | null {
    const key = `${provider}/${model}`;
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    const found = this.#lookUp(provider, model);
    if (this.#found.size >= MOST_KEPT) this.#found.clear();
    this.#found.set(key, found);
    return found;
  }

  /** Every form of the name is tried before a less exact one, in the provider's own models and then in those it shares. */
  #lookUp(provider: string, asked: string): Found | null {
    const [owner, model] = subProvider(provider, asked);
    const providers = [owner, ...(this.#providerOf(owner)?.also ?? [])];
    for (const name of namesOf(provider, model)) {
      for (const candidate of providers) {
        const found = this.#modelsOf(candidate).find(({ matches }) => matches(name));
        if (found) return foundIn(candidate, found);
      }
    }
    return null;
  }

  #modelsOf(provider: string): readonly BookModel[] {
    const known = this.#models.get(provider);
    if (known !== undefined) return known;
    const models = (this.#providerOf(provider)?.models ?? []).map(parseModel);
    if (this.#providerOf(provider)) this.#models.set(provider, models);
    return models;
  }

  #providerOf(provider: string) {
    return Object.hasOwn(this.#packed.providers, provider) ? this.#packed.providers[provider] : undefined;
  }
}

/** @throws when anything in the book is not what it should be: a stored book is checked before it is used. */
export function checkBook(packed: PackedBook): void {
  for (const { models } of Object.values(packed.providers)) {
    for (const line of models) {
      parseModel(line);
      const prices = pricesIn(line);
      if (!isUnpriced(prices)) prices.forEach(parseDatedPrice);
    }
  }
}

function parseModel(line: string): BookModel {
  const [id = '', rule = ''] = line.split('|', 2);
  if (id === '' || pricesIn(line).length === 0) throw new Error(`"${line}" is no line of a price book`);
  return { id, matches: parseMatchRule(rule === '' ? `=${id}` : rule), line };
}

const pricesIn = (line: string) => line.split('|').slice(2);

/** Known by name, priced by what we cannot count: nothing further down may answer in its place. */
const isUnpriced = (prices: readonly string[]) => prices[0] === UNPRICED;

const foundIn = (provider: string, { id, line }: BookModel): Found => ({
  entry: `${provider}/${id}`,
  prices: isUnpriced(pricesIn(line)) ? [] : pricesIn(line).map(parseDatedPrice),
});

/** The last that holds, as the source defines it; its first is what held before the others. */
function priceAt({ entry, prices }: Found, at: number): BookPrice | null {
  const price = prices.findLast(({ holdsAt }) => holdsAt(at)) ?? prices[0];
  return price ? { entry, tariff: price.tariff } : null;
}

/** Hugging Face routes to the provider that the model's name ends with, each with its own prices. */
function subProvider(provider: string, model: string): readonly [owner: string, model: string] {
  if (provider !== 'huggingface') return [provider, model];
  const colon = model.lastIndexOf(':');
  return [`huggingface_${model.slice(colon + 1).toLowerCase()}`, model.slice(0, Math.max(colon, 0))];
}
