import { type ErrorSurface, errorBody } from '../errors/bodies.ts';
import type { Refusal } from '../errors/refusal.ts';
import { admissionHeaders } from '../policy/admission.ts';
import { BUDGET_REMAINING_HEADER, budgetRemaining } from '../policy/spend-answers.ts';
import type { ByteStream } from '../streaming/byte-stream.ts';
import type { Opened, Planned } from './exchange.ts';
import { remainingOf } from './money/funds.ts';

/** What the edge sends. */
export interface Answer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** Bytes that are all here, or a stream that cannot error. */
  readonly body: Uint8Array | ByteStream;
  /** Stage 10. Called once, after the last byte went out or the client left. Never throws. */
  settle(): Promise<void>;
}

/** A request on its way, as far as it has come. */
export type Story = Opened & Partial<Omit<Planned, keyof Opened>>;

/**
 * Whether the request leaves a record (spec 5.18). A caller who was not let in has no say in it; the gateway has. What no
 * gateway claims is recorded.
 */
export function isRecorded(story: Story): boolean {
  if (story.gateway) return story.options.collectLog ?? story.gateway.settings.collect_logs;
  return story.config?.gateway?.settings.collect_logs ?? true;
}

/** The headers that every answer of the data plane carries (spec 4.2). */
export function gatewayHeaders(story: Story): Map<string, readonly string[]> {
  const headers = new Map<string, readonly string[]>();
  headers.set('cf-aig-request-id', [story.requestId]);
  headers.set('cf-aig-event-id', [story.eventId]);
  if (isRecorded(story)) headers.set('cf-aig-log-id', [story.id]);
  if (story.gateway) headers.set('weir-config-version', [String(story.gateway.version)]);
  if (story.config?.stale != null)
    headers.set('weir-config-stale', [`${Math.round(story.config.stale / 1000)}s`]);
  if (story.admission)
    for (const [name, values] of admissionHeaders(story.admission)) headers.set(name, values);
  const remaining = story.funds ? remainingOf(story.funds) : null;
  if (remaining !== null) headers.set(BUDGET_REMAINING_HEADER, [budgetRemaining(remaining)]);
  return headers;
}

export function refusalHeaders(story: Story, refusal: Refusal): Map<string, readonly string[]> {
  const headers = gatewayHeaders(story);
  headers.set('content-type', ['application/json']);
  const { retry } = refusal.entry;
  if (retry !== null) headers.set('x-should-retry', [String(retry)]);
  if (refusal.allow !== null) headers.set('allow', [refusal.allow]);
  if (refusal.retryAfter !== null) headers.set('retry-after', [String(Math.ceil(refusal.retryAfter / 1000))]);
  return headers;
}

/** In the shape that the endpoint's own clients read. */
export const refusalBody = (story: Story, refusal: Refusal): Uint8Array =>
  Buffer.from(errorBody(refusal, errorSurface(story)));

function errorSurface({ surface, endpoint }: Story): ErrorSurface {
  const isMessages =
    endpoint?.kind === 'count-tokens' ||
    (endpoint?.kind === 'unified' && endpoint.format === 'anthropic-messages');
  if (isMessages) return 'messages';
  if (surface === 'api') return 'api-host';
  return endpoint?.kind === 'run' ? 'run' : 'gateway-host';
}
