import * as z from 'zod';
import { callerNamed } from '../http/caller-named.ts';
import { priceOverrides } from '../prices/price-overrides.ts';
import { anyCase } from './any-case.ts';
import { circuitBreaker } from './circuit-breaker.ts';
import { dlp } from './dlp.ts';
import { guardrails } from './guardrails.ts';
import { isRsa4096PublicKey } from './public-key.ts';
import { rateLimits } from './rate-limits.ts';
import { spendLimits } from './spend-limits.ts';

const THIRTY_DAYS = 30 * 24 * 60 * 60;

const count = z.int().min(0).nullable();

const cacheTtl = z
  .int()
  .refine((seconds) => seconds === 0 || (seconds >= 60 && seconds <= THIRTY_DAYS), {
    error: `must be 0 (off) or between 60 and ${THIRTY_DAYS} seconds`,
  })
  .nullable();

const publicKey = z
  .string()
  .min(16)
  .max(1024)
  .refine(isRsa4096PublicKey, { error: 'must be the PEM of an RSA-4096 public key (SPKI)' })
  .nullable();

const otel = z
  .array(
    z.strictObject({
      url: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }),
      headers: callerNamed(z.string(), z.string()),
      authorization: z.string().exactOptional(),
      content_type: anyCase(['json', 'protobuf']).default('json'),
    }),
  )
  .nullable();

const stripe = z
  .strictObject({
    authorization: z.string(),
    usage_events: z.array(z.strictObject({ payload: z.string() })),
  })
  .nullable();

/** Fields that only we write. Clients send them back when they edit what they read, so they are taken and ignored. */
const readOnly = {
  is_default: z.unknown().optional(),
  created_at: z.unknown().optional(),
  modified_at: z.unknown().optional(),
  account_id: z.unknown().optional(),
  account_tag: z.unknown().optional(),
  internal_id: z.unknown().optional(),
};

const required = {
  cache_invalidate_on_update: z.boolean(),
  cache_ttl: cacheTtl,
  collect_logs: z.boolean(),
  rate_limiting_interval: count,
  rate_limiting_limit: count,
};

const optional = {
  rate_limiting_technique: anyCase(['fixed', 'sliding']).nullable().exactOptional(),
  rate_limiting_fail_closed: z.boolean().exactOptional(),
  rate_limits: rateLimits.exactOptional(),
  cache_coalesce: z.boolean().exactOptional(),
  circuit_breaker: circuitBreaker.nullable().exactOptional(),
  authentication: z.boolean().exactOptional(),
  byok_only: z.boolean().exactOptional(),
  dlp: dlp.nullable().exactOptional(),
  guardrails: guardrails.nullable().exactOptional(),
  log_classification: z.boolean().exactOptional(),
  log_management: z.int().min(10_000).max(10_000_000).nullable().exactOptional(),
  log_management_strategy: anyCase(['STOP_INSERTING', 'DELETE_OLDEST']).nullable().exactOptional(),
  logpush: z.boolean().exactOptional(),
  logpush_public_key: publicKey.exactOptional(),
  otel: otel.exactOptional(),
  retry_max_attempts: z.int().min(1).max(5).nullable().exactOptional(),
  retry_delay: z.int().min(0).max(60_000).nullable().exactOptional(),
  retry_backoff: anyCase(['constant', 'linear', 'exponential']).nullable().exactOptional(),
  spend_limits: spendLimits.nullable().exactOptional(),
  prices: priceOverrides.exactOptional(),
  store_id: z.string().max(256).nullable().exactOptional(),
  stripe: stripe.exactOptional(),
  workers_ai_billing_mode: anyCase(['postpaid', 'unified']).exactOptional(),
  zdr: z.boolean().exactOptional(),
};

/** The body of a create (spec 3). Whether `id` has the form of an id is said by `parseGatewayId`. */
export const newGatewayBody = z.strictObject({ ...readOnly, id: z.string(), ...required, ...optional });

/** The body of an update: a merge, so nothing is required (spec 3, rule 1). */
export const gatewayChangeBody = z.strictObject({
  ...readOnly,
  id: z.string().exactOptional(),
  cache_invalidate_on_update: required.cache_invalidate_on_update.exactOptional(),
  cache_ttl: required.cache_ttl.exactOptional(),
  collect_logs: required.collect_logs.exactOptional(),
  rate_limiting_interval: required.rate_limiting_interval.exactOptional(),
  rate_limiting_limit: required.rate_limiting_limit.exactOptional(),
  ...optional,
});

/** The settings that a body gives: what it leaves out is absent, never undefined. */
export type GivenSettings = Omit<z.output<typeof gatewayChangeBody>, keyof typeof readOnly | 'id'>;
