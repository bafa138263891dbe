import {
  type AccountId,
  type Counted,
  type CustomCost,
  type DurationMs,
  type EpochMs,
  type PriceOverride,
  parseAccountId,
  parseGatewayId,
  parseRecordId,
  type RecordId,
  type RequestRecord,
  type TokenId,
} from '@weir/core';
import * as z from 'zod';

const recordId = z.custom<RecordId>((value) => parseRecordId(String(value)) !== null, 'not a record id');
const instant = z.custom<EpochMs>((value) => Number.isInteger(value), 'not a time');
const duration = z.custom<DurationMs>((value) => Number.isFinite(value), 'not a duration');
const count = z.number().nonnegative();
const text = z.string();

const blame = z.enum(['caller', 'policy', 'upstream', 'gateway']);
const outcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('answered') }),
  z.object({ kind: z.literal('refused'), code: z.number(), blame, message: text }),
  z.object({ kind: z.literal('broken'), blame, message: text }),
]);

const attempt = z.object({
  provider: text,
  startedAt: instant,
  duration,
  status: z.number().nullable(),
  failure: text.nullable(),
});

const keptBody = z.object({
  encoding: z.enum(['utf8', 'base64']),
  data: text,
  complete: z.boolean(),
  contentType: text.exactOptional(),
});

export const metadataShape = z.record(text, z.union([text, z.number(), z.boolean(), z.null()]));

/** The caller's own rates, or the entry of a gateway or an account: flat but for its rates. */
const rates = z.record(text, z.union([text, z.record(text, text)])) as z.ZodType<CustomCost | PriceOverride>;

const wholeRecord = z.object({
  schema: z.literal(1),
  id: recordId,
  account: z.custom<AccountId | '~'>(
    (value) => value === '~' || parseAccountId(String(value)) !== null,
    'not an account',
  ),
  gateway: text.refine((value) => value === '~' || parseGatewayId(value) !== null, 'not a gateway'),
  createdAt: instant,
  requestId: recordId,
  eventId: text,
  surface: z.enum(['provider', 'compat', 'api']),
  method: text,
  path: text,
  provider: text.nullable(),
  model: text.nullable(),
  modelType: text.nullable(),
  statusCode: z.number(),
  success: z.boolean(),
  cached: z.boolean(),
  outcome,
  refusedBy: text.exactOptional(),
  duration,
  firstByte: duration.nullable(),
  usage: z
    .object({
      input: count,
      cacheRead: count,
      cacheWrite: count,
      output: count,
      reasoning: count,
      cacheWriteLong: count.exactOptional(),
      inputAudio: count.exactOptional(),
      inputImage: count.exactOptional(),
      outputAudio: count.exactOptional(),
      outputImage: count.exactOptional(),
      inputFree: count.exactOptional(),
      outputFree: count.exactOptional(),
      searches: count.exactOptional(),
    })
    .nullable(),
  usageSource: z.enum(['reported', 'counted', 'estimated']).exactOptional(),
  cost: z
    .object({ micros: z.int().nonnegative(), book: text, price: z.union([text, rates]) })
    .nullable()
    .exactOptional(),
  keySource: z.enum(['request', 'stored', 'unified', 'role', 'none']).exactOptional(),
  keyId: text.exactOptional(),
  route: z
    .object({
      route: text,
      version: text,
      steps: z.array(
        z.object({
          element: text,
          type: z.enum(['start', 'conditional', 'percentage', 'rate', 'model', 'end']),
          branch: text.nullable(),
          why: text,
          duration,
        }),
      ),
    })
    .exactOptional(),
  metadata: metadataShape,
  requestContentType: text.nullable(),
  responseContentType: text.nullable(),
  requestSize: count,
  responseSize: count,
  streamed: z.boolean(),
  userAgent: text.nullable(),
  authenticated: z.boolean(),
  tokenId: z.custom<TokenId>((value) => typeof value === 'string').nullable(),
  wholesale: z.boolean(),
  compatibilityMode: z.boolean(),
  step: z.number(),
  attempts: z.array(attempt),
  configVersion: z.number().nullable(),
  warnings: z.array(text),
  settings: z
    .record(text, z.object({ value: z.union([text, z.number(), z.boolean()]), source: text }))
    .exactOptional(),
  requestBody: keptBody.nullable(),
  responseBody: keptBody.nullable(),
});

/** A record as the data plane hands it over. Its ids are checked, because they become keys. */
export const requestRecordShape: z.ZodType<RequestRecord> = wholeRecord;

/** The part of a record that is stored apart from its bodies. */
export const storedRecordShape: z.ZodType<Omit<RequestRecord, 'requestBody' | 'responseBody'>> =
  wholeRecord.omit({ requestBody: true, responseBody: true });

/** The part of a record that totals are made of. What an attempt says is nothing to them. */
export const countedShape: z.ZodType<Counted> = wholeRecord
  .pick({
    id: true,
    requestId: true,
    provider: true,
    model: true,
    success: true,
    cached: true,
    usage: true,
    cost: true,
  })
  .extend({ attempts: z.array(z.unknown()) });
