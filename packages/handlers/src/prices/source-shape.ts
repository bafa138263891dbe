import * as z from 'zod';

const price = z.number().nonnegative().max(1_000_000);
const rate = z.union([
  price,
  z.object({ base: price, tiers: z.array(z.object({ start: z.int().nonnegative(), price })).max(10) }),
]);
const rates = z.record(z.string().max(64), rate);

const text = z.string().min(1).max(256);

/** How the source says which names a model has. */
export type SourceMatch =
  | { readonly equals: string }
  | { readonly starts_with: string }
  | { readonly ends_with: string }
  | { readonly contains: string }
  | { readonly regex: string }
  | { readonly or: readonly SourceMatch[] }
  | { readonly and: readonly SourceMatch[] };

const match: z.ZodType<SourceMatch> = z.lazy(() =>
  z.union([
    z.strictObject({ equals: text }),
    z.strictObject({ starts_with: text }),
    z.strictObject({ ends_with: text }),
    z.strictObject({ contains: text }),
    z.strictObject({ regex: text }),
    z.strictObject({ or: z.array(match).min(1).max(100) }),
    z.strictObject({ and: z.array(match).min(1).max(10) }),
  ]),
);

const time = z.string().regex(/^\d\d:\d\d:00Z$/);
const constraint = z.union([
  z.object({ start_date: z.iso.date() }),
  z.object({ start_time: time, end_time: time }),
]);

const model = z.object({
  id: text,
  match,
  prices: z.union([
    z
      .array(z.object({ constraint: constraint.nullish(), prices: rates }))
      .min(1)
      .max(50),
    rates,
  ]),
});

/** What the source publishes, of which this is all that is used. A model of an unknown shape is left out, with a note. */
export const sourceShape = z
  .array(
    z.object({
      id: text,
      fallback_model_providers: z.array(text).max(20).nullish(),
      models: z.array(z.unknown()).max(20_000),
    }),
  )
  .max(500);

export const modelShape = model;
export type SourceModel = z.output<typeof model>;
export type SourceRates = z.output<typeof rates>;
