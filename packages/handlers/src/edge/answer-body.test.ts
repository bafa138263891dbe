import { once } from 'node:events';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { ByteConsumer, ByteStream } from '@weir/core';
import { AnswerBody, wholeBody } from './answer-body.ts';

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

const textOf = async (body: NodeJS.ReadableStream) => {
  let text = '';
  for await (const chunk of body) text += String(chunk);
  return text;
};

describe('the body of an answer', () => {
  it('begins when someone reads and comes whole', async () => {
    const source = new Source();
    const body = new AnswerBody(source);
    await turn();
    expect(source.asked).toEqual([]);
    const text = textOf(body);
    await turn();
    source.consumer?.chunk(Buffer.from('a'));
    source.consumer?.chunk(Buffer.from('b'));
    source.consumer?.end(null);
    expect(await text).toBe('ab');
    expect(source.asked).not.toContain('cancel');
  });

  it('ends in order also where the provider broke off', async () => {
    const source = new Source();
    const text = textOf(new AnswerBody(source));
    await turn();
    source.consumer?.chunk(Buffer.from('a'));
    source.consumer?.end({ kind: 'reset', message: 'broke off' });
    expect(await text).toBe('a');
  });

  it('asks the provider to wait while its reader is slow', async () => {
    const source = new Source();
    const body = new AnswerBody(source);
    body.read(0);
    source.consumer?.chunk(Buffer.alloc(1024 * 1024));
    expect(source.asked).toEqual(['consume', 'pause']);
    body.read();
    await turn();
    expect(source.asked.at(-1)).toBe('resume');
  });

  it.each([[null], [new Error('the client is gone')]])(
    'destroyed (%s) closes the provider, ends without an error, and takes late chunks calmly',
    async (reason) => {
      const source = new Source();
      const body = new AnswerBody(source);
      // No listener for errors: one would end the process.
      body.read(0);
      body.destroy(reason ?? undefined);
      await once(body, 'close');
      expect(source.asked).toEqual(['consume', 'cancel']);
      source.consumer?.chunk(Buffer.from('late'));
      source.consumer?.end({ kind: 'cancelled', message: 'left' });
      await turn();
    },
  );

  it('destroyed before anyone read closes the provider too', async () => {
    const source = new Source();
    const body = new AnswerBody(source);
    body.destroy();
    await once(body, 'close');
    expect(source.asked).toEqual(['cancel']);
  });

  it('is not cancelled after its end', async () => {
    const source = new Source();
    const body = new AnswerBody(source);
    body.read(0);
    source.consumer?.end(null);
    body.destroy();
    await once(body, 'close');
    expect(source.asked).toEqual(['consume']);
  });

  it('a reader that fails is told of it and cancels the provider', async () => {
    const source = new Source();
    const failing = new Writable({ write: (_chunk, _encoding, done) => done(new Error('gone')) });
    const piped = pipeline(new AnswerBody(source), failing);
    await turn();
    source.consumer?.chunk(Buffer.from('a'));
    await expect(piped).rejects.toThrow('gone');
    expect(source.asked).toContain('cancel');
  });

  it.each([0, 1, 100_000])('of %d bytes that are all here comes whole', async (size) => {
    expect(await textOf(wholeBody(Buffer.alloc(size, 'x')))).toBe('x'.repeat(size));
  });
});
