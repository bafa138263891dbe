import { Refusal } from '../../errors/refusal.ts';
import { durationMs } from '../../ids.ts';
import { wholeStream } from '../../streaming/byte-stream.ts';
import { holdWhole } from '../../streaming/hold-whole.ts';
import { openingReader } from '../../streaming/opening.ts';
import type { Answer } from '../answer.ts';
import type { Called } from '../call/attempt.ts';
import type { Planned, Progress } from '../exchange.ts';
import type { Ports } from '../ports.ts';
import { refusedAsEmpty } from './empty-answer.ts';
import { relay } from './relay.ts';
import { lateAnswer, timeLeft } from './time-left.ts';
import { wholeAnswer } from './whole.ts';

/** How long and how far a stream is read before its status is promised. */
const OPENING = { maxBytes: 64 * 1024, maxWait: durationMs(5_000) };

/** Promises nothing before the first event that holds something for the client: until then another may answer. */
export async function relayOpened(
  exchange: Planned,
  called: Called,
  headers: Map<string, readonly string[]>,
  progress: Progress,
  ports: Ports,
): Promise<Answer | Refusal> {
  const { answer, target } = called;
  const opening = openingReader();
  const maxWait = durationMs(Math.min(OPENING.maxWait, timeLeft(exchange, ports)));
  const held = await holdWhole(answer.body, { ...OPENING, maxWait, until: opening.push }, ports.timer);
  const late = held.kind === 'open' ? lateAnswer(exchange, target, ports) : null;
  if (late) {
    answer.body.cancel();
    return late;
  }
  if (held.kind === 'broken')
    return new Refusal('upstreamBroke', {
      message: `${target.provider.name} broke off before its answer began.`,
      cause: held.fault,
    });
  const empty = held.kind === 'whole' ? refusedAsEmpty(exchange, called, held.bytes) : null;
  if (empty) return empty;
  const error = opening.error();
  if (error === null) {
    const body = held.kind === 'whole' ? wholeStream(held.bytes) : held.stream;
    return relay(exchange, { target, answer: { ...answer, body } }, headers, progress, ports);
  }
  answer.body.cancel();
  const bytes = Buffer.from(error.body);
  headers.set('content-type', ['application/json']);
  const delivered = {
    target,
    status: error.status,
    headers: answer.headers,
    bytes,
    isComplete: true,
    size: bytes.length,
    streamed: false,
    fault: null,
  };
  return wholeAnswer(exchange, { status: error.status, headers, body: bytes }, delivered, progress, ports);
}
