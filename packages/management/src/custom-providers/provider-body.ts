import * as z from 'zod';
import { extraHeaders } from './extra-headers.ts';

const SLUG = /^[0-9A-Za-z](?:[0-9A-Za-z-]{0,62}[0-9A-Za-z])?$/;

const text = (most: number) => z.string().max(most, `may have at most ${most} characters`).nullable();

const fields = {
  name: z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(100, 'may have at most 100 characters')
    .regex(/^\P{Cc}*$/u, 'must not hold control characters'),
  slug: z.string().regex(SLUG, 'must be 1 to 64 letters, digits and hyphens, with no hyphen at either end'),
  /** Checked by itself: what is wrong with it has a code of its own. */
  base_url: z.string(),
};

const optional = {
  enable: z.boolean().exactOptional(),
  beta: z.boolean().exactOptional(),
  description: text(1_000).exactOptional(),
  link: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .max(2_048, 'may have at most 2048 characters')
    .nullable()
    .exactOptional(),
  curl_example: text(4_000).exactOptional(),
  js_example: text(4_000).exactOptional(),
  headers: extraHeaders.nullable().exactOptional(),
  position: z.number().min(-1e9).max(1e9).exactOptional(),
};

/** Only we write these. Clients send them back when they edit what they read, so they are taken and ignored. */
const readOnly = {
  id: z.unknown().optional(),
  logo: z.unknown().optional(),
  account_id: z.unknown().optional(),
  account_tag: z.unknown().optional(),
  created_at: z.unknown().optional(),
  modified_at: z.unknown().optional(),
};

export const newProviderBody = z.strictObject({ ...fields, ...optional, ...readOnly });

export const providerChangeBody = z.strictObject({
  name: fields.name.exactOptional(),
  slug: fields.slug.exactOptional(),
  base_url: fields.base_url.exactOptional(),
  ...optional,
  ...readOnly,
});

export type NewProvider = z.output<typeof newProviderBody>;
export type ProviderChange = z.output<typeof providerChangeBody>;
