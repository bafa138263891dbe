import {
  assertNever,
  type JsonValue,
  type LogDetail,
  type LogEntry,
  type Outcome,
  type RecordedCost,
  type TokenUsage,
  tokensIn,
  tokensOut,
} from '@weir/core';

/**
 * A log as lists show it: the contract's fields (spec 5.18) and, after them, ours. The contract has text where a
 * refused request has nothing to say, so an unknown provider or model is the empty string.
 */
export function viewLog({ record, feedback }: LogEntry): { readonly [field: string]: JsonValue } {
  return {
    id: record.id,
    created_at: rfc3339(record.createdAt),
    provider: record.provider ?? '',
    model: record.model ?? '',
    ...(record.modelType === null ? {} : { model_type: record.modelType }),
    path: record.path,
    success: record.success,
    cached: record.cached,
    duration: record.duration,
    tokens_in: record.usage && tokensIn(record.usage),
    tokens_out: record.usage && tokensOut(record.usage),
    metadata: JSON.stringify(feedback?.metadata ?? record.metadata),
    request_type: 'HTTP',
    ...(record.requestContentType === null ? {} : { request_content_type: record.requestContentType }),
    ...(record.responseContentType === null ? {} : { response_content_type: record.responseContentType }),
    status_code: record.statusCode,
    step: record.step,
    request_size: record.requestSize,
    response_size: record.responseSize,
    feedback: feedback?.feedback ?? null,
    score: feedback?.score ?? null,
    event_id: record.eventId,
    request_id: record.requestId,
    user_agent: record.userAgent,
    authentication: record.authenticated,
    token_id: record.tokenId,
    wholesale: record.wholesale,
    compatibilityMode: record.compatibilityMode,
    method: record.method,
    streamed: record.streamed,
    first_byte: record.firstByte,
    ...viewCost(record.cost ?? null),
    ...(record.usageSource ? { usage_source: record.usageSource } : {}),
    ...(record.keySource ? { key_source: record.keySource } : {}),
    ...(record.keyId ? { key_id: record.keyId } : {}),
    usage: record.usage && viewUsage(record.usage),
    outcome: viewOutcome(record.outcome),
    ...(record.refusedBy === undefined ? {} : { refused_by: record.refusedBy }),
    ...(record.route ? { route: record.route as JsonValue } : {}),
    attempts: record.attempts.map(({ provider, startedAt, duration, status, failure }) => ({
      provider,
      started_at: rfc3339(startedAt),
      duration,
      status,
      failure,
    })),
    config_version: record.configVersion,
    warnings: record.warnings,
    ...(record.settings ? { settings: viewSettings(record.settings) } : {}),
  };
}

/** Each class under a name of the wire: `cacheRead` → `cache_read`. */
const viewUsage = (usage: TokenUsage): JsonValue =>
  Object.fromEntries(
    Object.entries(usage).map(([name, count]: [string, number]) => [onTheWire(name), count]),
  );

const onTheWire = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** In dollars, as the contract has it; beside it what it was computed from. An unknown cost is left out: it is not 0. */
function viewCost(cost: RecordedCost | null): { readonly [field: string]: JsonValue } {
  if (cost === null) return {};
  const { micros, book, price } = cost;
  return { cost: micros / 1e6, custom_cost: book === 'custom', price_book: book, price: price as JsonValue };
}

/** Each setting under a name of the wire: `retryDelay` → `retry_delay`. */
const viewSettings = (settings: NonNullable<LogEntry['record']['settings']>): JsonValue =>
  Object.fromEntries(
    Object.entries(settings).map(([name, { value, source }]) => [onTheWire(name), { value, source }]),
  );

/** One log looked at closely: the list's fields and the beginnings of both bodies where they are text. */
export function viewLogDetail(detail: LogDetail): JsonValue {
  const { requestHead, responseHead } = detail;
  return {
    ...viewLog(detail),
    ...(requestHead && { request_head: requestHead.text, request_head_complete: requestHead.complete }),
    ...(responseHead && { response_head: responseHead.text, response_head_complete: responseHead.complete }),
  };
}

function viewOutcome(outcome: Outcome): JsonValue {
  switch (outcome.kind) {
    case 'answered':
      return { kind: 'answered' };
    case 'refused': {
      const { kind, code, blame, message } = outcome;
      return { kind, code, blame, message };
    }
    case 'broken': {
      const { kind, blame, message } = outcome;
      return { kind, blame, message };
    }
    default:
      return assertNever(outcome);
  }
}

const rfc3339 = (time: number) => new Date(time).toISOString();
