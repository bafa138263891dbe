import { Refusal } from '../../errors/refusal.ts';
import { durationMs } from '../../ids.ts';
import { wholeStream } from '../../streaming/byte-stream.ts';
import { saysItsEnd } from '../../streaming/cut-event.ts';
import { holdWhole } from '../../streaming/hold-whole.ts';
import { errorBody, type OpeningError, openingReader } from '../../streaming/opening.ts';
import type { Answer } from '../answer.ts';
import type { Called } from '../call/attempt.ts';
import type { Planned, Progress } from '../exchange.ts';
import type { Ports } from '../ports.ts';
import { lateAnswer, untilDeadline } from './deadline.ts';
import { refusedAsEmpty } from './empty-answer.ts';
import { relay } from './relay.ts';
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
  const maxWait = durationMs(Math.min(OPENING.maxWait, untilDeadline(exchange, ports)));
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
  const isUnified = exchange.endpoint.kind === 'unified';
  const error =
    opening.error() ??
    (isUnified && held.kind === 'whole' && answer.status < 300 ? errorBody(held.bytes) : null);
  if (error === null) {
    if (isUnified && held.kind === 'whole' && !saysItsEnd(held.bytes))
      return new Refusal('upstreamBroke', {
        message: `${target.provider.name} ended its answer before it began.`,
      });
    const body = held.kind === 'whole' ? wholeStream(held.bytes) : held.stream;
    return relay(exchange, { target, answer: { ...answer, body } }, headers, progress, ports);
  }
  answer.body.cancel();
  return errorAnswer(exchange, called, headers, error, progress, ports);
}

/** An error inside a success, with the status that it should have had. */
export function errorAnswer(
  exchange: Planned,
  { answer, target }: Called,
  headers: Map<string, readonly string[]>,
  { status, body }: OpeningError,
  progress: Progress,
  ports: Ports,
): Promise<Answer> {
  const bytes = Buffer.from(body);
  headers.set('content-type', ['application/json']);
  const delivered = {
    target,
    status,
    headers: answer.headers,
    bytes,
    isComplete: true,
    size: bytes.length,
    streamed: false,
    fault: null,
  };
  return wholeAnswer(exchange, { status, headers, body: bytes }, delivered, progress, ports);
}
