import { Refusal } from '../../errors/refusal.ts';
import { responseHeaders } from '../../http/forwarded-headers.ts';
import { header } from '../../http/header-map.ts';
import { durationMs } from '../../ids.ts';
import type {
  StreamTranslation,
  Translated,
  TranslatedAnswer,
  TranslatedPiece,
} from '../../ports/translation.ts';
import { KeptBytes } from '../../record/kept-bytes.ts';
import type { ByteConsumer, StreamFault } from '../../streaming/byte-stream.ts';
import { holdWhole } from '../../streaming/hold-whole.ts';
import { keepAlive } from '../../streaming/keep-alive.ts';
import { type Answer, gatewayHeaders } from '../answer.ts';
import type { Called } from '../call/attempt.ts';
import type { Planned, Progress } from '../exchange.ts';
import type { Ports } from '../ports.ts';
import { settleAnswer } from '../stages/settle.ts';
import { lateAnswer, outOfTime, untilDeadline } from './deadline.ts';
import { wholeAnswer } from './whole.ts';

/** No model writes as much; the whole answer has to be in memory to be translated. */
const MAX_WHOLE = 64 * 1024 * 1024;
/** A stream without a useful event is promised to the client after this long, so that it can be kept alive. */
const MAX_HOLD = durationMs(15_000);
/** What a response header may hold of a caller's field names. */
const NAME = /^[\w.[\]-]{1,64}$/;

/** Stage 9 for an answer that comes back through the form (design 4). The record keeps it as the provider sent it. */
export function translateOut(
  exchange: Planned,
  called: Called,
  translated: Translated,
  progress: Progress,
  ports: Ports,
): Promise<Answer | Refusal> {
  const headers = answerHeaders(exchange, called, translated);
  const out = { exchange, called, translated, headers, progress, ports };
  return translated.streams && called.answer.status < 300
    ? new Promise((resolve) => new StreamedOut(out, resolve).begin())
    : wholeOut(out);
}

interface Out {
  readonly exchange: Planned;
  readonly called: Called;
  readonly translated: Translated;
  readonly headers: Map<string, readonly string[]>;
  readonly progress: Progress;
  readonly ports: Ports;
}

function answerHeaders(exchange: Planned, { answer }: Called, { dropped }: Translated) {
  const headers = responseHeaders(answer.headers);
  // They describe the provider's bytes, which the client does not get.
  for (const name of ['content-type', 'content-encoding', 'etag', 'content-md5', 'digest'])
    headers.delete(name);
  for (const [name, values] of gatewayHeaders(exchange)) headers.set(name, values);
  const names = dropped.filter((name) => NAME.test(name)).slice(0, 32);
  if (names.length > 0) headers.set('weir-dropped-params', [names.join(', ')]);
  return headers;
}

async function wholeOut(out: Out): Promise<Answer | Refusal> {
  const { exchange, called, translated, ports } = out;
  const { answer, target } = called;
  const limits = { maxBytes: MAX_WHOLE, maxWait: untilDeadline(exchange, ports) };
  const held = await holdWhole(answer.body, limits, ports.timer);
  if (held.kind === 'open') {
    answer.body.cancel();
    const late = lateAnswer(exchange, target, ports);
    if (late) return late;
    return new Refusal('unusableAnswer', {
      message: `${target.provider.name} sent more than can be translated at once.`,
    });
  }
  if (held.kind === 'broken')
    return new Refusal('upstreamBroke', {
      message: `${target.provider.name} broke off before its answer was complete.`,
      cause: held.fault,
    });
  const encoding = header(answer.headers, 'content-encoding')?.trim().toLowerCase() ?? 'identity';
  const bytes =
    encoding === 'identity' ? held.bytes : await ports.compression.decode(encoding, held.bytes, MAX_WHOLE);
  if (bytes === null)
    return new Refusal('unusableAnswer', { message: `${target.provider.name} sent a damaged answer.` });
  return finished(
    out,
    translated.answer.whole({ status: answer.status, headers: answer.headers, bytes }),
    held.bytes,
  );
}

/** An answer that is all here. `sent`: as the provider wrote it. */
function finished(
  out: Out,
  { status, body, retryAfter }: TranslatedAnswer,
  sent: Uint8Array,
): Promise<Answer> {
  const { exchange, called, headers, progress, ports } = out;
  // What a provider says in its body (Google's `RetryInfo`), SDKs look for in a header.
  if (retryAfter !== undefined && !headers.has('retry-after'))
    headers.set('retry-after', [String(Math.ceil(retryAfter / 1000))]);
  headers.set('content-type', ['application/json']);
  const delivered = {
    target: called.target,
    status,
    headers: called.answer.headers,
    bytes: sent,
    isComplete: true,
    size: body.length,
    streamed: false,
    fault: null,
  };
  return wholeAnswer(exchange, { status, headers, body }, delivered, progress, ports);
}

/**
 * A streamed answer. Nothing is promised to the client before the first event that holds something for it, so that an
 * error in a provider's first event still becomes a status (spec/providers 2.1-5).
 */
class StreamedOut {
  readonly #out: Out;
  readonly #resolve: (answer: Answer | Refusal | Promise<Answer>) => void;
  readonly #stream: StreamTranslation;
  readonly #kept = new KeptBytes();
  readonly #held: string[] = [];
  #decided = false;
  #consumer: ByteConsumer | null = null;
  #fault: StreamFault | null = null;
  #ended = false;
  #size = 0;
  readonly #stops: (() => void)[] = [];
  #paused = false;

  constructor(out: Out, resolve: (answer: Answer | Refusal | Promise<Answer>) => void) {
    this.#out = out;
    this.#resolve = resolve;
    this.#stream = out.translated.answer.stream({ headers: out.called.answer.headers });
  }

  begin(): void {
    const { exchange, called, ports } = this.#out;
    this.#stops.push(
      ports.timer.after(untilDeadline(exchange, ports), () => this.#cut(outOfTime(exchange))),
      ports.timer.after(MAX_HOLD, () => this.#commit()),
    );
    called.answer.body.consume({
      chunk: (bytes) => {
        if (this.#ended) return;
        this.#kept.add(bytes);
        this.#translate(() => this.#stream.push(bytes));
      },
      end: (fault) => this.#end(fault),
    });
  }

  /** We, not the provider, end it. */
  #cut(fault: StreamFault): void {
    this.#end(fault);
    this.#out.called.answer.body.cancel();
  }

  /** A translator with a defect costs its own answer, not the process and every other answer in it. */
  #translate(step: () => TranslatedPiece): void {
    let piece: TranslatedPiece;
    try {
      piece = step();
    } catch (cause) {
      this.#defect(cause);
      return;
    }
    this.#take(piece);
  }

  #defect(cause: unknown): void {
    const { called, exchange, ports } = this.#out;
    ports.faults.report('an answer could not be translated', cause, exchange.id);
    this.#ended = true;
    this.#fault = { kind: 'reset', message: 'The answer could not be translated.' };
    this.#stop();
    called.answer.body.cancel();
    this.#decide(() => new Refusal('internal', { cause }));
    this.#consumer?.end(this.#fault);
  }

  #take({ text, useful, failure }: TranslatedPiece): void {
    if (!this.#decided && failure) {
      // What the provider still sends is of no use, but the record wants it whole: an error is short.
      this.#decide(() => finished(this.#out, failure, this.#kept.join()));
      this.#stop();
      this.#out.called.answer.body.cancel();
      return;
    }
    if (text !== '') this.#write(text);
    if (useful) this.#commit();
  }

  #write(text: string): void {
    if (this.#consumer === null) {
      this.#held.push(text);
      return;
    }
    const bytes = Buffer.from(text);
    this.#size += bytes.length;
    this.#out.progress.firstByteAt ??= this.#out.ports.clock.now();
    this.#consumer.chunk(bytes);
  }

  #end(fault: StreamFault | null): void {
    if (this.#ended) return;
    this.#fault = fault;
    if (!this.#decided && fault) {
      this.#ended = true;
      this.#stop();
      const { exchange, called, ports } = this.#out;
      this.#decide(
        () =>
          lateAnswer(exchange, called.target, ports) ??
          new Refusal('upstreamBroke', {
            message: `${called.target.provider.name} broke off before its answer began.`,
            cause: fault,
          }),
      );
      return;
    }
    if (fault?.kind !== 'cancelled') this.#translate(() => this.#stream.end(fault));
    if (this.#ended) return;
    this.#ended = true;
    this.#stop();
    this.#commit();
    this.#consumer?.end(fault);
  }

  #stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  #decide(answer: () => Answer | Refusal | Promise<Answer>): void {
    if (this.#decided) return;
    this.#decided = true;
    this.#resolve(answer());
  }

  #commit(): void {
    this.#decide(() => {
      const { called, headers } = this.#out;
      const { body } = called.answer;
      body.pause();
      headers.set('content-type', ['text/event-stream; charset=utf-8']);
      headers.set('cache-control', ['no-cache']);
      return {
        status: 200,
        headers,
        body: {
          consume: (consumer) => this.#flow(consumer),
          pause: () => {
            this.#paused = true;
            body.pause();
          },
          resume: () => {
            this.#paused = false;
            body.resume();
          },
          cancel: () =>
            this.#cut({ kind: 'cancelled', message: 'The client left before the answer was complete.' }),
        },
        settle: () => this.#settle(),
      };
    });
  }

  #flow(consumer: ByteConsumer): void {
    const alive = keepAlive(consumer, this.#stream.keepAlive, this.#out.ports);
    this.#consumer = alive.consumer;
    this.#stops.push(alive.stop);
    for (const text of this.#held.splice(0)) this.#write(text);
    if (this.#ended) {
      alive.stop();
      this.#consumer.end(this.#fault);
    } else if (!this.#paused) this.#out.called.answer.body.resume();
  }

  #settle(): Promise<void> {
    const { exchange, called, progress, ports } = this.#out;
    const delivered = {
      target: called.target,
      status: 200,
      headers: called.answer.headers,
      bytes: this.#kept.join(),
      tail: this.#kept.tail(),
      isComplete: this.#kept.isComplete && this.#fault === null,
      size: this.#size,
      streamed: true,
      fault: this.#fault,
    };
    return settleAnswer(exchange, delivered, progress, ports);
  }
}
