import { type TokenUsage, tokensOut } from '../../form/token-usage.ts';
import { header } from '../../http/header-map.ts';
import type { RecordedCost } from '../../ports/pricing.ts';
import { readAnswer, readUsageHeaders } from '../../providers/usage/read-answer.ts';
import type { UsageSource } from '../../record/request-record.ts';
import type { Delivered } from '../delivered.ts';
import type { Planned } from '../exchange.ts';
import type { Ports } from '../ports.ts';
import type { Bill } from './bill.ts';
import { priceQuestion } from './price-question.ts';

/** What the provider's errors and our own stored answers cost. */
const NOTHING: RecordedCost = { micros: 0, book: 'none', price: 'none' };

export type BillPorts = Pick<Ports, 'pricing' | 'compression'>;

/**
 * @param plain the answer's bytes without content encoding; null when it cannot be undone.
 */
export async function billOf(
  story: Planned,
  delivered: Delivered,
  plain: Uint8Array | null,
  ports: BillPorts,
): Promise<Bill> {
  const { target, status, cached = false } = delivered;
  if (cached || status >= 400)
    return { usage: null, usageSource: null, model: target.model, cost: NOTHING, warnings: [] };
  const facts = plain ? readAnswer(target.provider.usage, plain) : { usage: null, model: null };
  const model = facts.model ?? target.model;
  const reported = facts.usage ?? readUsageHeaders(delivered.headers);
  const used = await usageOf(story, delivered, plain, reported, ports);
  if (used === null) return { ...unusable(story), model };
  const cost = await costOf(story, delivered, facts.model, used.usage, ports);
  const warnings =
    cost === null ? [`the price of ${target.provider.slug}/${model ?? '(no model)'} is not known`] : [];
  return { usage: used.usage, usageSource: used.source, model, cost, warnings };
}

/** What cannot be counted is charged as it was reserved, where it was: a budget must not be got around by an odd answer. */
function unusable({ funds }: Planned): Omit<Bill, 'model'> {
  if (funds.kind !== 'reserved') return { usage: null, usageSource: null, cost: null, warnings: [] };
  const cost = { micros: Number(funds.amount), book: 'ceiling', price: 'ceiling' };
  return { usage: null, usageSource: 'estimated', cost, warnings: ['its usage cannot be counted'] };
}

interface Used {
  readonly usage: TokenUsage;
  readonly source: UsageSource;
}

/** The provider's word; where it says nothing, or was cut off before its last word, our count (spec 5.16). */
async function usageOf(
  story: Planned,
  { target, headers, fault }: Delivered,
  plain: Uint8Array | null,
  reported: TokenUsage | null,
  ports: BillPorts,
): Promise<Used | null> {
  if (reported && fault === null) return { usage: reported, source: 'reported' };
  const isText = /json|event-?stream/i.test(header(headers, 'content-type') ?? '');
  const isCountable = target.provider.usage !== 'none' && target.model !== null && isText && plain !== null;
  if (!isCountable || story.request.method !== 'POST')
    return reported && { usage: reported, source: 'reported' };
  const pricing = await ports.pricing.load();
  const counted = await pricing.count({
    provider: target.provider.slug,
    model: target.model,
    request: target.body,
    answer: plain,
  });
  // A cut answer's own counts may be those of its beginning.
  return reported ? { ...counted, usage: larger(reported, counted.usage) } : counted;
}

/** Input as reported; of the output what is more. */
function larger(reported: TokenUsage, counted: TokenUsage): TokenUsage {
  if (tokensOut(reported) >= tokensOut(counted)) return reported;
  const { outputAudio: _, outputImage: __, outputFree: ___, ...input } = reported;
  return { ...input, output: counted.output, reasoning: counted.reasoning };
}

/** By the name in the answer, which may be more exact than the request's; by the request's where the book knows only that. */
async function costOf(
  story: Planned,
  { target }: Delivered,
  answered: string | null,
  usage: TokenUsage,
  ports: BillPorts,
): Promise<RecordedCost | null> {
  const pricing = await ports.pricing.load();
  for (const model of new Set([answered, target.model])) {
    if (model === null) continue;
    const cost = pricing.cost(priceQuestion(story, target, story.settings, model), usage);
    if (cost) return cost;
  }
  return null;
}
