import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { ByteConsumer, ByteStream } from '@weir/core';
import { deliver } from './deliver.ts';

class Source implements ByteStream {
  readonly asked: string[] = [];
  consumer: ByteConsumer | null = null;
  consume(consumer: ByteConsumer): void {
    this.asked.push('consume');
    this.consumer = consumer;
  }
  pause(): void {
    this.asked.push('pause');
  }
  resume(): void {
    this.asked.push('resume');
  }
  cancel(): void {
    this.asked.push('cancel');
  }
}

const textOf = async (out: NodeJS.ReadableStream) => {
  let text = '';
  for await (const chunk of out) text += String(chunk);
  return text;
};

describe('the body of an answer', () => {
  it('comes whole, chunk by chunk', async () => {
    const [source, out] = [new Source(), new PassThrough()];
    const delivered = deliver(source, out);
    const text = textOf(out);
    source.consumer?.chunk(Buffer.from('a'));
    await turn();
    source.consumer?.chunk(Buffer.from('b'));
    source.consumer?.end(null);
    expect(await text).toBe('ab');
    await delivered;
    expect(source.asked).not.toContain('cancel');
  });

  it('comes whole from a source that has everything at once', async () => {
    const out = new PassThrough();
    const source: ByteStream = {
      consume(consumer) {
        consumer.chunk(Buffer.from('a'));
        consumer.end(null);
      },
      pause: () => undefined,
      resume: () => undefined,
      cancel: () => undefined,
    };
    const [text] = await Promise.all([textOf(out), deliver(source, out)]);
    expect(text).toBe('a');
  });

  it('ends in order also where the provider broke off', async () => {
    const [source, out] = [new Source(), new PassThrough()];
    const delivered = deliver(source, out);
    source.consumer?.chunk(Buffer.from('a'));
    source.consumer?.end({ kind: 'reset', message: 'broke off' });
    expect(await textOf(out)).toBe('a');
    await delivered;
  });

  it('writes before the provider’s first byte, so that the prelude is out', async () => {
    const written: string[] = [];
    const out = new Writable({
      decodeStrings: false,
      write(chunk, _encoding, done) {
        written.push(String(chunk));
        done();
      },
    });
    void deliver(new Source(), out);
    expect(written).toEqual(['']);
  });

  it('asks the provider to wait while the client is slow', async () => {
    const [source, out] = [new Source(), new PassThrough()];
    void deliver(source, out);
    source.consumer?.chunk(Buffer.alloc(1024 * 1024));
    expect(source.asked).toEqual(['consume', 'pause']);
    out.resume();
    await once(out, 'drain');
    expect(source.asked.at(-1)).toBe('resume');
  });

  it.each([
    ['leaves', undefined, { code: 'ERR_STREAM_PREMATURE_CLOSE' }],
    ['breaks', new Error('gone'), { message: 'gone' }],
  ])('to a client that %s cancels the provider once and takes late chunks calmly', async (_, error, told) => {
    const [source, out] = [new Source(), new PassThrough()];
    const delivered = deliver(source, out);
    source.consumer?.chunk(Buffer.from('a'));
    out.destroy(error);
    await expect(delivered).rejects.toMatchObject(told);
    expect(source.asked).toEqual(['consume', 'cancel']);
    source.consumer?.chunk(Buffer.from('late'));
    source.consumer?.end({ kind: 'cancelled', message: 'left' });
    await turn();
    expect(source.asked).toEqual(['consume', 'cancel']);
  });

  it('to a client that left before it began cancels the provider', async () => {
    const [source, out] = [new Source(), new PassThrough()];
    out.destroy();
    await expect(deliver(source, out)).rejects.toThrow();
    expect(source.asked).toContain('cancel');
  });

  it('that is done is not cancelled when the stream closes', async () => {
    const [source, out] = [new Source(), new PassThrough()];
    const delivered = deliver(source, out);
    source.consumer?.end(null);
    out.resume();
    await delivered;
    out.destroy();
    await turn();
    expect(source.asked).toEqual(['consume']);
  });

  it('is out only when the client has taken the last byte', async () => {
    let take = (): void => undefined;
    const out = new Writable({
      write(_chunk, _encoding, done) {
        take = done;
      },
    });
    let done = false;
    const delivered = deliver(Buffer.from('x'), out).then(() => {
      done = true;
    });
    await turn();
    expect(done).toBe(false);
    take();
    await delivered;
  });

  it.each([0, 1, 100_000])('of %d bytes that are all here comes whole', async (size) => {
    const out = new PassThrough();
    const [text] = await Promise.all([textOf(out), deliver(Buffer.alloc(size, 'x'), out)]);
    expect(text).toBe('x'.repeat(size));
  });
});
