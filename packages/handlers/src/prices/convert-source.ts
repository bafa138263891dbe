import { LETTERS, nameBook, type PackedBook, type PackedProvider, UNPRICED } from '@weir/core/pricing';
import { convertMatch } from './convert-match.ts';
import { modelShape, type SourceModel, type SourceRates, sourceShape } from './source-shape.ts';

/** The book's providers, by the source's names. Those of ours that are absent have no prices there. */
const PROVIDERS: Readonly<Record<string, readonly string[]>> = {
  openai: ['openai'],
  anthropic: ['anthropic'],
  google: ['google-ai-studio', 'google-vertex-ai'],
  aws: ['aws-bedrock'],
  azure: ['azure-openai'],
  'x-ai': ['grok'],
  groq: ['groq'],
  mistral: ['mistral'],
  cohere: ['cohere'],
  deepseek: ['deepseek'],
  cerebras: ['cerebras'],
  perplexity: ['perplexity-ai'],
  openrouter: ['openrouter'],
  together: ['together'],
  fireworks: ['fireworks'],
  baseten: ['baseten'],
  cloudflare: ['workers-ai'],
  // Served by Azure under the same names and prices.
  moonshotai: ['moonshotai'],
};

/** Hugging Face's router charges what the provider behind it does. */
const HUGGING_FACE = /^huggingface_[a-z0-9-]+$/;

/** The source's units, as the book's rates; the others (hours, pages, pixels) are of things that we do not count. */
const RATES: Readonly<Record<string, { readonly name: Rate; readonly per: 'million' | 'thousand' }>> = {
  input_mtok: { name: 'input', per: 'million' },
  cache_read_mtok: { name: 'cache_read', per: 'million' },
  cache_write_mtok: { name: 'cache_write', per: 'million' },
  cache_write_1h_mtok: { name: 'cache_write_long', per: 'million' },
  output_mtok: { name: 'output', per: 'million' },
  output_reasoning_mtok: { name: 'reasoning', per: 'million' },
  input_audio_mtok: { name: 'input_audio', per: 'million' },
  output_audio_mtok: { name: 'output_audio', per: 'million' },
  input_image_mtok: { name: 'input_image', per: 'million' },
  output_image_mtok: { name: 'output_image', per: 'million' },
  web_searches_kcount: { name: 'search', per: 'thousand' },
  requests_kcount: { name: 'per_request', per: 'thousand' },
};

type Rate = (typeof LETTERS)[keyof typeof LETTERS];

/** What is charged by the hour, page or message: tokens alone would not be the price. */
const UNCOUNTED = /^(?:audio_hours|input_audio_hours|input_text_messages_kcount)$|_kpages$/;

/** Ours: answers of the simulator cost nothing, and the book says so. */
const DEMO: PackedProvider = { models: ['demo|*|i0 o0'] };

export interface ConvertedSource {
  readonly book: PackedBook;
  /** What was left out, and why: for whoever runs the conversion. */
  readonly notes: readonly string[];
}

/**
 * A price book from what `@pydantic/genai-prices` publishes. A model that cannot be read is left out and noted: no price is
 * better than a wrong one.
 *
 * @param given its JSON, parsed. @param origin names the version: `genai-prices-0.1.8`. @param date of the source.
 * @throws when it is no such source at all.
 */
export function convertSource(given: unknown, origin: string, date: string): ConvertedSource {
  const source = sourceShape.safeParse(given);
  if (!source.success) throw new Error('the source is not a list of providers with models and prices');
  const notes: string[] = [];
  const providers: Record<string, PackedProvider> = {};
  for (const { id, fallback_model_providers: also, models } of source.data) {
    const lines = new Map<string, string>();
    for (const model of models) convertModel(model, id, notes, lines);
    const packed = { ...alsoOf(also), models: [...lines.values()] };
    for (const slug of slugsOf(id)) providers[slug] = packed;
  }
  if (Object.keys(providers).length === 0) throw new Error('the source has none of our providers');
  providers.demo = DEMO;
  const sorted = Object.fromEntries(
    Object.entries(providers).toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
  return { book: { name: nameBook(origin, sorted), date, providers: sorted }, notes };
}

const slugsOf = (id: string) =>
  HUGGING_FACE.test(id) ? [id] : Object.hasOwn(PROVIDERS, id) ? (PROVIDERS[id] ?? []) : [];

function alsoOf(ids: readonly string[] | null | undefined): Pick<PackedProvider, 'also'> {
  const slugs = (ids ?? []).flatMap((id) => slugsOf(id).slice(0, 1));
  return slugs.length === 0 ? {} : { also: slugs };
}

function convertModel(given: unknown, provider: string, notes: string[], lines: Map<string, string>): void {
  if (slugsOf(provider).length === 0) return;
  const parsed = modelShape.safeParse(given);
  if (!parsed.success) {
    notes.push(`${provider}: a model of an unknown shape`);
    return;
  }
  const model = parsed.data;
  try {
    if (/[\s|]/.test(model.id)) throw new Error('its name holds what separates the parts of a line');
    // Of two models with one name the source finds the first.
    if (lines.has(model.id)) throw new Error('a second model of this name');
    const rule = convertMatch(model.match);
    const named = `${model.id}|${rule === `=${model.id}` ? '' : rule}`;
    // In its place even without a price: a wider rule further down may be another model's.
    lines.set(model.id, `${named}|${UNPRICED}`);
    lines.set(model.id, [named, ...pricesOf(model)].join('|'));
  } catch (error) {
    notes.push(`${provider}/${model.id}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function pricesOf({ id, prices }: SourceModel): readonly string[] {
  if (!Array.isArray(prices)) return [convertRates(id, prices as SourceRates)];
  return prices.map(({ constraint, prices: rates }) => {
    const converted = convertRates(id, rates);
    if (!constraint) return converted;
    const when =
      'start_date' in constraint
        ? constraint.start_date
        : `${constraint.start_time.slice(0, 5)}-${constraint.end_time.slice(0, 5)}`;
    return `@${when} ${converted}`;
  });
}

/** The base rates, and for each size at which any of them changes all rates that hold above it. */
function convertRates(id: string, rates: SourceRates): string {
  const names = Object.keys(rates);
  if (names.length === 0 && id.endsWith(':free')) return 'i0 o0';
  if (names.some((name) => UNCOUNTED.test(name))) throw new Error(`is charged by ${names.join(', ')}`);
  const known = names.filter((name) => Object.hasOwn(RATES, name));
  if (known.length === 0) throw new Error('has no price in our units');
  const sizes = new Set(
    known.flatMap((name) => {
      const rate = rates[name];
      return typeof rate === 'object' ? rate.tiers.map(({ start }) => start) : [];
    }),
  );
  const tiers = [...sizes].toSorted((one, other) => one - other);
  return [
    ratesAbove(-1, rates, known),
    ...tiers.map((size) => `${size} ${ratesAbove(size, rates, known)}`),
  ].join('>');
}

function ratesAbove(size: number, rates: SourceRates, names: readonly string[]): string {
  return names
    .map((name) => {
      const rate = rates[name] ?? 0;
      const value =
        typeof rate === 'number'
          ? rate
          : (rate.tiers
              .toSorted((one, other) => one.start - other.start)
              .findLast(({ start }) => start <= size)?.price ?? rate.base);
      return letterOf(name) + decimal(value, RATES[name]?.per === 'thousand' ? 3 : 0);
    })
    .toSorted((one, other) => LETTER_ORDER.indexOf(one.charAt(0)) - LETTER_ORDER.indexOf(other.charAt(0)))
    .join(' ');
}

const LETTER_ORDER = Object.keys(LETTERS).join('');

function letterOf(name: string): string {
  const wanted = RATES[name]?.name;
  return Object.entries(LETTERS).find(([, known]) => known === wanted)?.[0] ?? '';
}

/** The number's shortest text, as it was published, in plain decimals and with its point moved to the left. */
function decimal(value: number, places: number): string {
  const [digits = '', exponent = '0'] = value.toString().split('e');
  const [whole = '', fraction = ''] = digits.split('.');
  const shift = Number(exponent) - places;
  const all = whole + fraction;
  const point = whole.length + shift;
  const padded = point <= 0 ? '0'.repeat(1 - point) + all : all.padEnd(point, '0');
  const at = Math.max(point, 1);
  return `${padded.slice(0, at).replace(/^0+(?=\d)/, '')}.${padded.slice(at)}`.replace(/\.?0*$/, '') || '0';
}
