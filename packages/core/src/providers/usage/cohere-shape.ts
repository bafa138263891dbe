import { child, type Json } from '../../form/json.ts';
import type { TokenUsage } from '../../form/token-usage.ts';
import { classes, count, isCount } from './classes.ts';

/**
 * `tokens` is what was read and written, `billed_units` what of it is charged: the rest, which Cohere puts around prompts
 * and answers itself, is free (spec/providers 2.4: 119 of 1549). Fresh tokens are charged before cached ones. Either may
 * be alone; then it stands for both.
 */
export function cohere(usage: Json): TokenUsage | null {
  const billed = child(usage, 'billed_units');
  const counted = child(usage, 'tokens') ?? billed;
  if (!isCount(counted?.input_tokens) && !isCount(counted?.output_tokens)) return null;
  const [input, output] = [count(counted?.input_tokens), count(counted?.output_tokens)];
  const cached = Math.min(input, count(usage.cached_tokens));
  const paidInput = Math.min(input, isCount(billed?.input_tokens) ? billed.input_tokens : input);
  const paidOutput = Math.min(output, isCount(billed?.output_tokens) ? billed.output_tokens : output);
  const fresh = Math.min(input - cached, paidInput);
  return classes({
    input: fresh,
    cacheRead: paidInput - fresh,
    cacheWrite: 0,
    inputFree: input - paidInput,
    output: paidOutput,
    outputFree: output - paidOutput,
    reasoning: 0,
    searches: count(billed?.search_units),
  });
}
