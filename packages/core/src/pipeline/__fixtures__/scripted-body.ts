import type { ByteConsumer, ByteStream, StreamFault } from '../../streaming/byte-stream.ts';

/** A provider's body that sends what the test says, when it says so, and notes what its reader asked for. */
export class ScriptedBody implements ByteStream {
  readonly asked: string[] = [];
  #consumer: ByteConsumer | null = null;
  readonly #first: (body: ScriptedBody) => void;

  /** @param first what is sent as soon as someone reads. */
  constructor(first: (body: ScriptedBody) => void = () => undefined) {
    this.#first = first;
  }

  get isRead(): boolean {
    return this.#consumer !== null;
  }

  consume(consumer: ByteConsumer): void {
    this.#consumer = consumer;
    this.#first(this);
  }

  send(...chunks: readonly (string | Uint8Array)[]): this {
    for (const chunk of chunks) this.#consumer?.chunk(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    return this;
  }

  end(fault: StreamFault | null = null): void {
    const consumer = this.#consumer;
    this.#consumer = null;
    consumer?.end(fault);
  }

  break(): void {
    this.end({ kind: 'reset', message: 'The provider broke off in the middle of its answer.' });
  }

  pause(): void {
    this.asked.push('pause');
  }

  resume(): void {
    this.asked.push('resume');
  }

  /** As with a socket, the end follows later: the test calls `end`. */
  cancel(): void {
    this.asked.push('cancel');
  }
}
