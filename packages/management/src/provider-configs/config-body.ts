import * as z from 'zod';

const ALIAS = /^[A-Za-z0-9._-]{1,64}$/;
const SECRET_ID = /^[A-Za-z0-9_-]{1,128}$/;

/** What it holds is checked with the provider's own rules; larger bodies never get here. */
const secret = z.string();

/** A new key (spec 5.2-2). */
export const newConfigBody = z
  .strictObject({
    alias: z
      .string()
      .regex(ALIAS, { error: 'must be 1 to 64 letters, digits, dots, underscores and hyphens' }),
    default_config: z.boolean(),
    provider_slug: z.string().min(1).max(128),
    secret: secret.exactOptional(),
    secret_id: z
      .string()
      .regex(SECRET_ID, { error: 'must be 1 to 128 letters, digits, underscores and hyphens' })
      .exactOptional(),
    /** Requests in `rate_limit_period` seconds. */
    rate_limit: z.int().min(1).max(1_000_000_000).nullable().default(null),
    rate_limit_period: z.int().min(1).max(86_400).default(60),
    /** Ours. */
    order: z.int().min(0).max(1_000).exactOptional(),
    weight: z.int().min(1).max(1_000).exactOptional(),
  })
  .superRefine((body, context) => {
    if ((body.secret === undefined) === (body.secret_id === undefined)) {
      context.addIssue({
        code: 'custom',
        path: ['secret'],
        message: 'give either secret, which is kept here, or secret_id, which names one in your secret store',
      });
    }
  });

export type NewConfig = z.output<typeof newConfigBody>;

/** Rotation (spec 5.2-2): the secret, and nothing else. */
export const rotationBody = z.strictObject({ secret });
