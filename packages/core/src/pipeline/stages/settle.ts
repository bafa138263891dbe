import type { Refusal } from '../../errors/refusal.ts';
import { type HeaderMap, header } from '../../http/header-map.ts';
import { holdsError } from '../../providers/answer-error.ts';
import { readAnswer, readUsageHeaders } from '../../providers/usage/read-answer.ts';
import { keptBody, MAX_KEPT } from '../../record/kept-bytes.ts';
import type { Outcome, RequestRecord } from '../../record/request-record.ts';
import type { StreamFault } from '../../streaming/byte-stream.ts';
import { isRecorded, type Story } from '../answer.ts';
import { buildRecord } from '../build-record.ts';
import type { Planned, Progress, Target } from '../exchange.ts';
import type { Ports } from '../ports.ts';

/** What went out to the client. */
export interface Delivered {
  readonly target: Target;
  readonly status: number;
  readonly headers: HeaderMap;
  /** The answer as the provider sent it, or its first part. */
  readonly bytes: Uint8Array;
  readonly isComplete: boolean;
  readonly size: number;
  readonly streamed: boolean;
  readonly fault: StreamFault | null;
  /** It came from the cache: nobody was called, so it used no tokens (spec 5.4-8). */
  readonly cached?: boolean;
}

type SettlePorts = Pick<Ports, 'records' | 'clock' | 'compression' | 'faults'>;

/** Stage 10 for an answer of a provider, whole or cut. */
export async function settleAnswer(
  story: Planned,
  delivered: Delivered,
  progress: Progress,
  ports: SettlePorts,
): Promise<void> {
  if (!isRecorded(story)) return;
  const endedAt = ports.clock.now();
  await handOver(story, ports, async () => {
    const { target, status, headers, fault, cached = false } = delivered;
    const plain = await readable(delivered, ports);
    const bytes = plain ?? delivered.bytes;
    const facts =
      status < 400 && plain && !cached
        ? readAnswer(target.provider.usage, plain)
        : { usage: null, model: null };
    return buildRecord(story, {
      target,
      progress,
      status,
      success: status < 400 && fault === null && !(plain !== null && holdsError(plain)),
      outcome: outcomeOf(fault),
      headers,
      responseSize: delivered.size,
      responseBody: keptBody(bytes, delivered.isComplete),
      streamed: delivered.streamed,
      cached,
      usage: cached ? null : (facts.usage ?? readUsageHeaders(headers)),
      model: facts.model ?? target.model,
      endedAt,
    });
  });
}

/** Stage 10 for a request that we answered ourselves. */
export async function settleRefusal(
  story: Story,
  refusal: Refusal,
  body: Uint8Array,
  headers: HeaderMap,
  target: Target | null,
  progress: Progress,
  ports: SettlePorts,
): Promise<void> {
  if (!isRecorded(story)) return;
  const { code, status, blame } = refusal.entry;
  const endedAt = ports.clock.now();
  await handOver(story, ports, async () =>
    buildRecord(story, {
      target,
      progress,
      status,
      success: false,
      outcome: { kind: 'refused', code, blame, message: refusal.message },
      headers,
      responseSize: body.length,
      responseBody: keptBody(body, true),
      streamed: false,
      usage: null,
      model: null,
      endedAt,
    }),
  );
}

/** The client has its answer, so nothing that fails here may reach it. */
async function handOver(
  story: Story,
  ports: SettlePorts,
  build: () => Promise<RequestRecord>,
): Promise<void> {
  try {
    await ports.records.put(await build());
  } catch (error) {
    ports.faults.report('a record could not be built', error, story.id);
  }
}

/** The answer without its content encoding; null when it cannot be undone, for instance because the answer was cut. */
async function readable(delivered: Delivered, ports: Pick<Ports, 'compression'>): Promise<Uint8Array | null> {
  const encoding = header(delivered.headers, 'content-encoding')?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity' || encoding === '') return delivered.bytes;
  return ports.compression.decode(encoding, delivered.bytes, MAX_KEPT);
}

function outcomeOf(fault: StreamFault | null): Outcome {
  if (fault === null) return { kind: 'answered' };
  switch (fault.kind) {
    case 'reset':
    case 'idle-timeout':
    case 'too-large':
      return { kind: 'broken', blame: 'upstream', message: fault.message };
    case 'deadline':
      return { kind: 'broken', blame: 'gateway', message: fault.message };
    case 'cancelled':
      return { kind: 'broken', blame: 'caller', message: fault.message };
  }
}
