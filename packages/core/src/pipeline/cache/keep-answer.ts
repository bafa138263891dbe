import { isRefusal, type Refusal } from '../../errors/refusal.ts';
import { header } from '../../http/header-map.ts';
import { type EpochMs, epochMs } from '../../ids.ts';
import { isStorable } from '../../policy/cacheable.ts';
import { MAX_CACHED } from '../../ports/response-cache.ts';
import type { Answer } from '../answer.ts';
import type { Ports } from '../ports.ts';
import type { CachePlan } from './cache-plan.ts';
import type { Lease } from './lease.ts';
import { tapped } from './tapped-stream.ts';
import { isWholeAnswer } from './whole-answer.ts';

/** A call that was made because nothing was stored. */
export interface Call {
  readonly plan: CachePlan;
  readonly lease: Lease | null;
  /** Before the provider was asked. */
  readonly askedAt: EpochMs;
  /** For what goes wrong. */
  readonly requestId: string;
}

type KeepPorts = Pick<Ports, 'cache' | 'clock' | 'compression' | 'faults'>;

/**
 * Stores the answer once it is complete and good (spec 5.4-6), beside its way to the client: with the record, or, where
 * others wait for it, at once. Whatever keeps it from being stored frees those who wait.
 */
export async function keepAnswer(
  result: Answer | Refusal,
  call: Call,
  ports: KeepPorts,
): Promise<Answer | Refusal> {
  const { plan, lease } = call;
  if (isRefusal(result)) {
    await lease?.release();
    return result;
  }
  const headers = new Map(result.headers);
  headers.set('cf-aig-cache-status', ['MISS']);
  headers.set('weir-cache-key', [plan.key]);
  const answer = { ...result, headers };
  if (!plan.keeps) return answer;
  if (!isStorable(answer.status, header(headers, 'content-type') ?? '')) {
    const released = lease?.release();
    return settledWith(answer, async () => released);
  }

  let stored: Promise<void> | null = null;
  const store = (bytes: Uint8Array | null) => {
    stored ??=
      bytes === null ? (lease?.release() ?? Promise.resolve()) : storeAnswer(answer, bytes, call, ports);
    return stored;
  };
  if (answer.body instanceof Uint8Array) {
    const bytes = answer.body;
    if (lease) store(bytes);
    return settledWith(answer, () => store(bytes));
  }
  let whole: Uint8Array | null = null;
  const body = tapped(answer.body, MAX_CACHED, (bytes) => {
    whole = bytes;
    if (lease) store(bytes);
  });
  return settledWith({ ...answer, body }, () => store(whole));
}

const settledWith = (answer: Answer, also: () => Promise<void>): Answer => ({
  ...answer,
  settle: async () => {
    await Promise.all([answer.settle(), also()]);
  },
});

/** Of the answer's headers only those that belong to its body. */
const KEPT_HEADERS = ['content-type', 'content-language', 'content-disposition', 'weir-dropped-params'];

/** Of an answer that its key alone tells all about. */
const BY_KEY = { form: '', asStream: false };

/** Never throws: the client has its answer. */
async function storeAnswer(answer: Answer, sent: Uint8Array, call: Call, ports: KeepPorts): Promise<void> {
  const { plan, lease, askedAt, requestId } = call;
  try {
    const body = await decoded(answer, sent, ports);
    const type = header(answer.headers, 'content-type') ?? '';
    if (body !== null && body.length <= MAX_CACHED && isWholeAnswer(type, body)) {
      const storedAt = ports.clock.now();
      const headers = KEPT_HEADERS.flatMap((name) => {
        const value = header(answer.headers, name);
        return value === undefined ? [] : [[name, value] as const];
      });
      const { form, asStream } = plan.asked ?? BY_KEY;
      const isStored = await ports.cache.put(
        plan.key,
        plan.owner,
        { status: answer.status, headers, body, form, asStream, storedAt },
        { askedAt, expiresAt: epochMs(storedAt + plan.lifetime) },
      );
      if (isStored) lease?.stop();
    }
  } catch (error) {
    ports.faults.report('an answer could not be cached', error, requestId);
  }
  await lease?.release();
}

/** Without its content encoding, so that every later caller can read it. */
async function decoded(answer: Answer, bytes: Uint8Array, ports: KeepPorts): Promise<Uint8Array | null> {
  const encoding = header(answer.headers, 'content-encoding')?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity' || encoding === '') return bytes;
  return ports.compression.decode(encoding, bytes, MAX_CACHED);
}
