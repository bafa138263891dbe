import { streamError } from '../../errors/stream-error.ts';
import type { UnifiedFormat } from '../../providers/descriptor.ts';
import { KeptBytes } from '../../record/kept-bytes.ts';
import type { ByteStream, StreamFault } from '../../streaming/byte-stream.ts';
import { isEventStream, isEvents } from '../../streaming/event-streams.ts';
import { hideUsageChunk } from '../../streaming/hide-usage-chunk.ts';
import { KEEP_ALIVE, keepAlive } from '../../streaming/keep-alive.ts';
import type { Answer } from '../answer.ts';
import type { Called } from '../call/attempt.ts';
import type { Planned, Progress } from '../exchange.ts';
import type { Ports } from '../ports.ts';
import { settleAnswer } from '../stages/settle.ts';
import { outOfTime, untilDeadline } from './deadline.ts';

/** The most that a function can stream in one answer (spec/platform 2). */
export const MAX_STREAMED = 200 * 1024 * 1024;

/** An answer that goes on as it comes. The chunks are kept by reference for the record. */
export function relay(
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
  const isText = isEvents(answer.headers);
  const format = exchange.endpoint.kind === 'unified' ? exchange.endpoint.format : null;

  const body: ByteStream = {
    consume(consumer) {
      const alive = format && isText ? keepAlive(consumer, KEEP_ALIVE[format], ports).consumer : consumer;
      const out = target.hidesUsage && isText ? hideUsageChunk(alive) : alive;
      const stop = ports.timer.after(untilDeadline(exchange, ports), () => cancel(outOfTime(exchange)));
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
          if (!fault && isText && kept.isComplete) fault = endedEarly(kept, format);
          if (fault && fault.kind !== 'cancelled' && isText)
            out.chunk(Buffer.from(streamError(format ?? target.provider.usage, fault.message, 2932)));
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
          tail: kept.tail(),
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

/** A connection that ended in order says nothing about the answer on it (spec/providers 2.1-6). */
function endedEarly(kept: KeptBytes, format: UnifiedFormat | null): StreamFault | null {
  if (kept.endsInsideEvent())
    return { kind: 'reset', message: 'The provider ended its answer in the middle of an event.' };
  // On its own path a provider may speak what we do not know.
  if (format === null || kept.saysItsEnd()) return null;
  return { kind: 'reset', message: 'The provider ended its answer without saying that it was complete.' };
}
