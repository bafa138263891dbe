import { findProvider, type PriceOverride } from '@weir/core';
import * as z from 'zod';

const MOST = 100;

/** Text, so that it stays exact: JSON numbers are floats to nearly everyone who writes them. */
const price = z
  .string({ error: 'must be a decimal number as text, such as "0.25"' })
  .regex(/^\d{1,9}(?:\.\d{1,18})?$/, { error: 'must be a plain decimal number of 0 or more, such as "0.25"' })
  .exactOptional();

const rates = z
  .strictObject({
    input: price,
    cache_read: price,
    cache_write: price,
    cache_write_long: price,
    output: price,
    reasoning: price,
    input_audio: price,
    output_audio: price,
    input_image: price,
    output_image: price,
    search: price,
    per_request: price,
  })
  .refine((given) => Object.keys(given).length > 0, { error: 'must name at least one rate' });

/** Requests are charged by a provider's slug, whatever other name they call it by. */
export function slugOf(provider: string): string {
  return findProvider(provider)?.slug ?? provider;
}

const provider = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,128}$/, { error: 'must be a provider’s slug, or custom-{slug}', abort: true })
  .refine((slug) => /^custom-./i.test(slug) || findProvider(slug) !== null, {
    error: 'must be the slug of a provider that we know, or custom-{slug}',
  })
  .transform(slugOf);

const override = z.strictObject({
  provider,
  model: z
    .string()
    .min(1)
    .max(256)
    .regex(/^[^*\s]*\*?$/, { error: 'must be a model’s whole name, or its beginning with * behind it' }),
  rates,
}) satisfies z.ZodType<PriceOverride>;

const nameOf = ({ provider, model }: PriceOverride) => `${provider} ${model}`.toLowerCase();

/** Prices of one's own, in the order in which they are looked through (docs/costs.md). */
export const priceOverrides = z
  .array(override)
  .max(MOST, `at most ${MOST} prices`)
  .superRefine((prices, context) => {
    const seen = new Set<string>();
    for (const [index, given] of prices.entries()) {
      if (seen.has(nameOf(given)))
        context.addIssue({ code: 'custom', path: [index], message: 'is the second price of this model' });
      seen.add(nameOf(given));
    }
  });
