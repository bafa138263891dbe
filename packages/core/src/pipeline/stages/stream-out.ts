import { Refusal } from '../../errors/refusal.ts';
import { responseHeaders } from '../../http/forwarded-headers.ts';
import { type HeaderMap, header } from '../../http/header-map.ts';
import { durationMs } from '../../ids.ts';
import { isEventStream, isEvents } from '../../streaming/event-streams.ts';
import { holdWhole } from '../../streaming/hold-whole.ts';
import { errorBody, isMoreThanError } from '../../streaming/opening.ts';
import { type Answer, gatewayHeaders } from '../answer.ts';
import type { Called } from '../call/attempt.ts';
import type { Planned, Progress } from '../exchange.ts';
import type { Ports } from '../ports.ts';
import { lateAnswer, untilDeadline } from '../stream-out/deadline.ts';
import { refusedAsEmpty } from '../stream-out/empty-answer.ts';
import { MAX_STREAMED, relay } from '../stream-out/relay.ts';
import { errorAnswer, relayOpened } from '../stream-out/relay-opened.ts';
import { translateOut } from '../stream-out/translated.ts';
import { wholeAnswer } from '../stream-out/whole.ts';

/** An answer up to this size is read whole before anything is promised to the client. */
const HELD = { maxBytes: 256 * 1024, maxWait: durationMs(5_000) };
/** The platform takes 10,240 bytes of headers in all; ours and its own need room. */
const MAX_HEADERS = 8_192;

/** Stage 9. The provider's answer to the client, as it comes; taps beside it keep what the record needs. */
export async function streamOut(
  exchange: Planned,
  called: Called,
  progress: Progress,
  ports: Ports,
): Promise<Answer | Refusal> {
  const { answer, target } = called;
  const fault = unusable(exchange, called);
  if (fault) {
    answer.body.cancel();
    return fault;
  }
  if (target.translated) return translateOut(exchange, called, target.translated, progress, ports);
  const headers = responseHeaders(answer.headers);
  for (const [name, values] of gatewayHeaders(exchange)) headers.set(name, values);
  const common = { target, status: answer.status, headers: answer.headers };

  if (isHeld(answer.headers)) {
    const maxWait = durationMs(Math.min(HELD.maxWait, untilDeadline(exchange, ports)));
    const held = await holdWhole(answer.body, { ...HELD, maxWait }, ports.timer);
    if (held.kind === 'broken')
      return new Refusal('upstreamBroke', {
        message: `${target.provider.name} broke off before its answer was complete.`,
        cause: held.fault,
      });
    if (held.kind === 'whole') {
      const { bytes } = held;
      const empty = refusedAsEmpty(exchange, called, bytes);
      if (empty) return empty;
      const error = answer.status < 300 ? errorInside(exchange, called, bytes) : null;
      if (error) return errorAnswer(exchange, called, headers, error, progress, ports);
      const delivered = {
        ...common,
        bytes,
        isComplete: true,
        size: bytes.length,
        streamed: false,
        fault: null,
      };
      const given = { status: answer.status, headers, body: bytes };
      return wholeAnswer(exchange, given, delivered, progress, ports);
    }
    const late = lateAnswer(exchange, target, ports);
    if (late) {
      answer.body.cancel();
      return late;
    }
    progress.firstByteAt = ports.clock.now();
    return relay(exchange, { ...called, answer: { ...answer, body: held.stream } }, headers, progress, ports);
  }
  if ((exchange.endpoint.kind !== 'native' || mayTryAgain(exchange, called)) && isEvents(answer.headers))
    return relayOpened(exchange, called, headers, progress, ports);
  return relay(exchange, called, headers, progress, ports);
}

function errorInside(exchange: Planned, called: Called, bytes: Uint8Array) {
  const { kind } = exchange.endpoint;
  if (kind === 'unified') return errorBody(bytes);
  // The envelope of a run would call it a success.
  return kind === 'run' || mayTryAgain(exchange, called) ? errorBody(bytes, isMoreThanError) : null;
}

/** Whether somebody else, or the same provider once more or under another key, could give the answer that this one does not. */
const mayTryAgain = ({ settings, steps }: Planned, { target }: Called) =>
  settings.maxAttempts.value > 1 || steps.length > 1 || target.credential.hasSpare;

/** Answers that cannot be passed on, told before the client has a byte. */
function unusable(exchange: Planned, { answer, target }: Called): Refusal | null {
  const { name } = target.provider;
  const isUnified = exchange.endpoint.kind !== 'native';
  if (isUnified && answer.status >= 300 && answer.status < 400) return new Refusal('upstreamRedirected');
  const type = header(answer.headers, 'content-type') ?? '';
  // What is translated is looked at, whatever it calls itself (spec/providers 2.1-3).
  if (isUnified && !target.translated && answer.status < 300 && !/json|event-stream/i.test(type))
    return new Refusal('unusableAnswer', {
      message: `${name} answered with "${type.slice(0, 80)}" instead of JSON or events.`,
    });
  // An answer to HEAD announces what a GET would bring.
  if (target.method !== 'HEAD' && Number(header(answer.headers, 'content-length') ?? 0) > MAX_STREAMED)
    return new Refusal('upstreamTooLarge');
  let size = 0;
  for (const [key, values] of answer.headers)
    for (const value of values) size += key.length + value.length + 4;
  if (size > MAX_HEADERS)
    return new Refusal('unusableAnswer', {
      message: `${name} sent more than ${MAX_HEADERS} bytes of headers.`,
    });
  return null;
}

/** JSON that is not known to be long. Event streams and everything binary go out as they come. */
function isHeld(headers: HeaderMap): boolean {
  const type = header(headers, 'content-type') ?? '';
  const length = header(headers, 'content-length');
  if (length !== undefined && Number(length) <= HELD.maxBytes) return !isEventStream(headers);
  return length === undefined && /^application\/(?:[\w.-]+\+)?json\b/i.test(type);
}
