import { Refusal } from '../errors/refusal.ts';
import type { DurationMs, EpochMs } from '../ids.ts';
import { formatDollars, type Micros, NO_MONEY } from '../money/micros.ts';
import type { Budget, ReserveVerdict } from '../ports/ledger.ts';
import { WHOLE_BUCKET } from './spend-bucket.ts';

/** On answers to requests that a budget was asked for: dollars with six decimals. */
export const BUDGET_REMAINING_HEADER = 'weir-budget-remaining';

/** The header's value: what is left beside all that is reserved, never below zero. */
export const budgetRemaining = (remaining: Micros): string =>
  formatDollars(remaining < NO_MONEY ? NO_MONEY : remaining);

/** The record's warning where a budget let a request pass that it cannot count (spec 5.11, rule 4). */
export const UNPRICED_WARNING =
  'the price of this model is not known, so its spend limits did not count the request';

/** What the caller is told when a budget cannot carry the request: which one, what it holds, and when to come again. */
export function budgetRefusal(
  verdict: Extract<ReserveVerdict, { readonly granted: false }>,
  now: EpochMs,
): Refusal {
  const { by, retryAfter } = verdict;
  if (by.kind === 'balance') {
    return new Refusal('creditsExhausted', {
      message: `The account's credits cannot cover this request: ${held(verdict, 'of')}. Top them up, or use a provider key of your own.`,
    });
  }
  return new Refusal('spendLimit', {
    message: `The spend limit "${by.rule}"${bucketOf(by)} cannot carry this request: ${held(verdict, 'of the limit of')}. ${whenAgain(retryAfter, now)}`,
    ...(retryAfter === null ? {} : { retryAfter }),
  });
}

/** Where the rule has one bucket for everything, its name says nothing more. */
const bucketOf = ({ bucket }: Extract<Budget, { readonly kind: 'limit' }>) =>
  bucket === WHOLE_BUCKET ? '' : ` (${bucket})`;

type Held = Pick<Extract<ReserveVerdict, { readonly granted: false }>, 'spent' | 'reserved' | 'limit'>;

const held = ({ spent, reserved, limit }: Held, of: string) =>
  `$${formatDollars(spent)} is spent and $${formatDollars(reserved)} reserved ${of} $${formatDollars(limit)}`;

function whenAgain(retryAfter: DurationMs | null, now: EpochMs): string {
  if (retryAfter === null)
    return 'Waiting does not help: the most that it can cost is more than the whole limit. A lower max_tokens may fit.';
  return `More may be spent from ${new Date(now + retryAfter).toISOString()} on.`;
}
