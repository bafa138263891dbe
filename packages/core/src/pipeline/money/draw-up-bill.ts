import { type TokenUsage, tokensOut } from '../../form/token-usage.ts';
import { header } from '../../http/header-map.ts';
import type { RecordedCost } from '../../ports/pricing.ts';
import { isProduced } from '../../providers/request-path.ts';
import { readAnswer, readUsageHeaders } from '../../providers/usage/read-answer.ts';
import type { UsageSource } from '../../record/request-record.ts';
import type { Delivered } from '../delivered.ts';
import type { Planned } from '../exchange.ts';
import type { Ports } from '../ports.ts';
import type { Bill } from './bill.ts';
import { priceQuestions } from './price-question.ts';

/** What the provider's errors, our own stored answers and calls that produce nothing cost. */
const NOTHING: RecordedCost = { micros: 0, book: 'none', price: 'none' };

export type BillPorts = Pick<Ports, 'pricing' | 'compression' | 'unifiedBilling'>;

/**
 * What the answer itself says of its bill. Null: it says nothing, so its texts have to be counted, which no caller waits for.
 *
 * @param plain the answer's bytes without content encoding; null when it cannot be undone.
 */
export async function statedBill(
  story: Planned,
  delivered: Delivered,
  plain: Uint8Array | null,
  ports: BillPorts,
): Promise<Bill | null> {
  const { target, status, fault, cached = false } = delivered;
  if (cached || status >= 400 || !(isProduced(target) || isOfBackground(plain)))
    return { usage: null, usageSource: null, model: target.model, cost: NOTHING, warnings: [] };
  const { model, reported } = factsIn(delivered, plain);
  if (reported === null || fault !== null) return null;
  return billFor(story, delivered, model, { usage: reported, source: 'reported' }, ports);
}

/** The bill of any answer, what nobody stated counted. */
export async function billOf(
  story: Planned,
  delivered: Delivered,
  plain: Uint8Array | null,
  ports: BillPorts,
): Promise<Bill> {
  const stated = await statedBill(story, delivered, plain, ports);
  if (stated) return stated;
  const { model, reported } = factsIn(delivered, plain);
  if (reported === null && isOfBackground(plain)) return later(story, model ?? delivered.target.model);
  const used = await usageOf(story, delivered, plain, reported, ports);
  if (used) return billFor(story, delivered, model, used, ports);
  return { ...uncounted(story), model: model ?? delivered.target.model };
}

function factsIn({ target, headers, tail }: Delivered, plain: Uint8Array | null) {
  const facts = plain ? readAnswer(target.provider.usage, plain, tail) : { usage: null, model: null };
  return { model: facts.model, reported: facts.usage ?? readUsageHeaders(headers) };
}

const OVERRULED = 'cf-aig-custom-cost was ignored: credits are charged by the price book';

/** @param answered the model as the answer names it. */
async function billFor(
  story: Planned,
  delivered: Delivered,
  answered: string | null,
  { usage, source }: Used,
  ports: BillPorts,
): Promise<Bill> {
  const { provider } = delivered.target;
  const model = answered ?? delivered.target.model;
  const stated = { usage, usageSource: source, model };
  const cost = await costOf(story, delivered, answered, usage, ports);
  const isOverruled = story.settings.customCost.value !== null && cost !== null && cost.book !== 'custom';
  if (cost) return { ...stated, cost, warnings: isOverruled ? [OVERRULED] : [] };
  const warning = `the price of ${provider.slug}/${model ?? '(no model)'} is not known`;
  return { ...stated, cost: asReserved(story), warnings: [warning] };
}

/** The bill of an answer that no other could be drawn up for. */
export const billAsReserved = (story: Planned, { target }: Delivered): Bill => ({
  ...uncounted(story),
  model: target.model,
});

/** OpenAI's background responses: the call that starts one ends before anything is written, and fetching it tells what was. */
const BACKGROUND = /(?<!\\)"background"\s*:\s*true/;

const isOfBackground = (plain: Uint8Array | null): boolean =>
  plain !== null && BACKGROUND.test(Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength).toString());

function later(story: Planned, model: string | null): Bill {
  const warning = 'what it uses is not known yet: it goes on in the background';
  return { ...uncounted(story), model, warnings: [warning] };
}

function uncounted(story: Planned): Omit<Bill, 'model'> {
  const cost = asReserved(story);
  if (cost === null) return { usage: null, usageSource: null, cost, warnings: [] };
  return { usage: null, usageSource: 'estimated', cost, warnings: ['its usage cannot be counted'] };
}

/** What cannot be found out costs what was reserved for it, where it was: no odd answer gets around a budget. */
const asReserved = ({ funds }: Planned): RecordedCost | null =>
  funds.kind === 'reserved' ? { micros: Number(funds.amount), book: 'ceiling', price: 'ceiling' } : null;

interface Used {
  readonly usage: TokenUsage;
  readonly source: UsageSource;
}

/** The provider's word; where it says nothing, or was cut off before its last word, our count (spec 5.16). */
async function usageOf(
  story: Planned,
  { target, headers }: Delivered,
  plain: Uint8Array | null,
  reported: TokenUsage | null,
  ports: BillPorts,
): Promise<Used | null> {
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
  for (const question of priceQuestions(story, target, story.settings, ports))
    for (const model of new Set([answered, target.model])) {
      const cost = model === null ? null : pricing.cost({ ...question, model }, usage);
      if (cost) return cost;
    }
  return null;
}
