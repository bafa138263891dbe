import { type HeaderMap, header } from '../http/header-map.ts';
import { durationMs, type EpochMs } from '../ids.ts';
import { chosenSettings } from '../policy/effective-settings.ts';
import { keptBody, MAX_KEPT } from '../record/kept-bytes.ts';
import type { KeptBody, Outcome, RequestRecord } from '../record/request-record.ts';
import type { Story } from './answer.ts';
import type { Progress, Target } from './exchange.ts';
import type { Bill } from './money/bill.ts';
import { nameOfBudget } from './money/funds.ts';

const MAX_PATH = 2048;
const MAX_NAME = 512;

/** How the request ended. */
export interface Ending {
  readonly target: Target | null;
  readonly progress: Progress;
  readonly status: number;
  readonly success: boolean;
  readonly outcome: Outcome;
  readonly headers: HeaderMap;
  readonly responseSize: number;
  readonly responseBody: KeptBody | null;
  readonly streamed: boolean;
  /** Nobody was called for it. */
  readonly cached?: boolean;
  /** Null: nobody was called, or nothing came of it. */
  readonly bill: Bill | null;
  readonly endedAt: EpochMs;
}

/** Stage 10: everything known about the request, in one value. */
export function buildRecord(story: Story, ending: Ending): RequestRecord {
  const { request, options, gateway, config } = story;
  const { target, progress, bill } = ending;
  const keepsPayload = options.collectPayload;
  // The steps of a universal request bring their keys in its body; a step that is tried has a record of its own.
  const keepsRequest = keepsPayload && story.endpoint?.kind !== 'universal';
  const settings = story.settings ? chosenSettings(story.settings) : null;
  const named =
    story.endpoint?.kind === 'native' ? (story.endpoint.provider?.slug ?? story.endpoint.name) : null;
  return {
    schema: 1,
    id: story.id,
    account: story.account ?? '~',
    gateway: gateway?.id ?? config?.gateway?.id ?? '~',
    createdAt: request.arrivedAt,
    requestId: story.requestId,
    eventId: story.eventId,
    surface: story.surface,
    method: request.method,
    path: (story.path ?? request.path).slice(0, MAX_PATH),
    provider: target?.provider.slug ?? named?.slice(0, MAX_NAME) ?? null,
    model: (bill?.model ?? target?.model)?.slice(0, MAX_NAME) ?? null,
    modelType: null,
    statusCode: ending.status,
    success: ending.success,
    cached: ending.cached ?? false,
    outcome: ending.outcome,
    ...(ending.outcome.kind === 'refused' ? refusedBy(story) : {}),
    duration: durationMs(ending.endedAt - request.arrivedAt),
    firstByte: progress.firstByteAt === null ? null : durationMs(progress.firstByteAt - request.arrivedAt),
    usage: bill?.usage ?? null,
    ...(bill?.usageSource ? { usageSource: bill.usageSource } : {}),
    ...(bill ? { cost: bill.cost } : {}),
    metadata: options.metadata,
    requestContentType: header(request.headers, 'content-type')?.slice(0, MAX_NAME) ?? null,
    responseContentType: header(ending.headers, 'content-type')?.slice(0, MAX_NAME) ?? null,
    requestSize: request.body.length,
    responseSize: ending.responseSize,
    streamed: ending.streamed,
    userAgent: header(request.headers, 'user-agent')?.slice(0, MAX_NAME) ?? null,
    authenticated:
      story.token != null && (story.surface === 'api' || (gateway?.settings.authentication ?? true)),
    tokenId: story.token?.id ?? null,
    wholesale: target?.credential.source === 'unified',
    ...(target && progress.attempts.length > 0 ? usedCredential(target) : {}),
    compatibilityMode: story.surface === 'compat' || story.surface === 'api',
    step: story.step,
    ...(story.way ? { route: story.way.trace } : {}),
    attempts: progress.attempts,
    configVersion: gateway?.version ?? null,
    warnings: [
      ...options.warnings,
      ...(story.settings?.warnings ?? []),
      ...uncounted(story),
      ...(story.funds?.kind === 'unbudgeted' && story.funds.warning ? [story.funds.warning] : []),
      ...(bill?.warnings ?? []),
      ...droppedBy(target),
      ...leftOutFor(target),
    ],
    ...(settings ? { settings } : {}),
    requestBody: keepsRequest
      ? keptBody(request.body.subarray(0, MAX_KEPT), request.body.length <= MAX_KEPT)
      : null,
    responseBody: keepsPayload ? ending.responseBody : null,
  };
}

function refusedBy({ admission, funds }: Story): Pick<RequestRecord, 'refusedBy'> {
  if (admission?.kind === 'refused') return { refusedBy: admission.by.rule };
  return funds?.kind === 'refused' && funds.by !== null ? { refusedBy: nameOfBudget(funds.by) } : {};
}

function usedCredential({ credential: { source, key } }: Target): Pick<RequestRecord, 'keySource' | 'keyId'> {
  return { keySource: source, ...(key ? { keyId: key.id } : {}) };
}

/** Which rate limits the request passed without being counted (design 12). */
function uncounted({ admission }: Story): readonly string[] {
  if (admission?.kind !== 'admitted' || admission.unchecked.length === 0) return [];
  return [`could not be counted and passed: ${admission.unchecked.join(', ')}`];
}

/** What the provider has no field for, for whoever reads the log (design 4). */
function droppedBy(target: Target | null): readonly string[] {
  const dropped = target?.translated?.dropped ?? [];
  if (target === null || dropped.length === 0) return [];
  const names = dropped.map((name) => name.replace(/\p{Cc}+/gu, ' ').slice(0, 64)).slice(0, 32);
  return [`${target.provider.name} has no field for: ${names.join(', ')}`];
}

/** What of the conversation was bound to other providers, for whoever wonders what the model did not see. */
function leftOutFor(target: Target | null): readonly string[] {
  const { provider, leftOut = [] } = target ?? {};
  return provider && leftOut.length > 0 ? [`left out for ${provider.slug}: ${leftOut.join(', ')}`] : [];
}
