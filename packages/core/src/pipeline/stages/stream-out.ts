import { Refusal } from '../../errors/refusal.ts';
import { streamError } from '../../errors/stream-error.ts';
import { responseHeaders } from '../../http/forwarded-headers.ts';
import { type HeaderMap, header } from '../../http/header-map.ts';
import { durationMs } from '../../ids.ts';
import { KeptBytes } from '../../record/kept-bytes.ts';
import type { ByteStream, StreamFault } from '../../streaming/byte-stream.ts';
import { hideUsageChunk } from '../../streaming/hide-usage-chunk.ts';
import { holdWhole } from '../../streaming/hold-whole.ts';
import { type Answer, gatewayHeaders } from '../answer.ts';
import type { Planned, Progress } from '../exchange.ts';
import type { Ports } from '../ports.ts';
import { type Called, SETTLING_TIME } from './call.ts';
import { settleAnswer } from './settle.ts';
import { translateOut } from './translate-out.ts';

/** The most that a function can stream in one answer (spec/platform 2). */
const MAX_STREAMED = 200 * 1024 * 1024;
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
    const held = await holdWhole(answer.body, HELD, ports.timer);
    if (held.kind === 'broken')
      return new Refusal('upstreamBroke', {
        message: `${target.provider.name} broke off before its answer was complete.`,
        cause: held.fault,
      });
    progress.firstByteAt = ports.clock.now();
    if (held.kind === 'whole') {
      const { bytes } = held;
      const delivered = {
        ...common,
        bytes,
        isComplete: true,
        size: bytes.length,
        streamed: false,
        fault: null,
      };
      return {
        status: answer.status,
        headers,
        body: bytes,
        settle: () => settleAnswer(exchange, delivered, progress, ports),
      };
    }
    return relay(exchange, { ...called, answer: { ...answer, body: held.stream } }, headers, progress, ports);
  }
  return relay(exchange, called, headers, progress, ports);
}

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
  if (Number(header(answer.headers, 'content-length') ?? 0) > MAX_STREAMED)
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

const isEventStream = (headers: HeaderMap) => /event-?stream/i.test(header(headers, 'content-type') ?? '');

function relay(
  exchange: Planned,
  { target, answer }: Called,
  headers: Map<string, readonly string[]>,
  progress: Progress,
  ports: Ports,
): Answer {
  const kept = new KeptBytes();
  let fault: StreamFault | null = null;
  /** Why we cancelled the source ourselves. */
  let cut: StreamFault | null = null;
  const cancel = (reason: StreamFault) => {
    cut ??= reason;
    answer.body.cancel();
  };
  const isSse = /text\/event-stream/i.test(header(answer.headers, 'content-type') ?? '');
  const isPlain = (header(answer.headers, 'content-encoding') ?? 'identity') === 'identity';
  const remaining = exchange.request.deadline - ports.clock.now() - SETTLING_TIME;

  const body: ByteStream = {
    consume(consumer) {
      const out = target.hidesUsage && isSse && isPlain ? hideUsageChunk(consumer) : consumer;
      const stop = ports.timer.after(durationMs(Math.max(1, remaining)), () =>
        cancel({ kind: 'deadline', message: 'The function’s time was over before the answer was complete.' }),
      );
      answer.body.consume({
        chunk(bytes) {
          if (cut) return;
          progress.firstByteAt ??= ports.clock.now();
          if (kept.size + bytes.length > MAX_STREAMED)
            return cancel({ kind: 'too-large', message: 'The answer is larger than can be streamed.' });
          kept.add(bytes);
          out.chunk(bytes);
        },
        end(reason) {
          stop();
          fault = cut ?? reason;
          if (!fault && isSse && isPlain && kept.isComplete && kept.endsInsideEvent())
            fault = { kind: 'reset', message: 'The provider ended its answer in the middle of an event.' };
          if (fault && fault.kind !== 'cancelled' && isSse && isPlain)
            out.chunk(Buffer.from(streamError(target.provider.usage, fault.message, 2932)));
          out.end(fault);
        },
      });
    },
    pause: () => answer.body.pause(),
    resume: () => answer.body.resume(),
    // Noted at once: the record may be written before the source has ended.
    cancel: () => cancel({ kind: 'cancelled', message: 'The client left before the answer was complete.' }),
  };
  return {
    status: answer.status,
    headers,
    body,
    settle: () =>
      settleAnswer(
        exchange,
        {
          target,
          status: answer.status,
          headers: answer.headers,
          bytes: kept.join(),
          isComplete: kept.isComplete && (fault ?? cut) === null,
          size: kept.size,
          streamed: isEventStream(answer.headers),
          fault: fault ?? cut,
        },
        progress,
        ports,
      ),
  };
}
