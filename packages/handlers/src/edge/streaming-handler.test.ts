import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Answer, ByteConsumer, ByteStream } from '@weir/core';
import { aContext, installAwslambda, invoke } from './__fixtures__/invoke-streaming.ts';

installAwslambda();
const { streamingHandler } = await import('./streaming-handler.ts');

class Source implements ByteStream {
  consumer: ByteConsumer | null = null;
  cancelled = 0;
  consume(consumer: ByteConsumer): void {
    this.consumer = consumer;
  }
  pause(): void {}
  resume(): void {}
  cancel(): void {
    this.cancelled += 1;
  }
}

let settled = 0;
beforeEach(() => {
  settled = 0;
});
const answer = (body: Answer['body'], changes: Partial<Answer> = {}): Answer => ({
  status: 201,
  headers: new Map([['content-type', ['text/plain']]]),
  body,
  async settle() {
    settled += 1;
  },
  ...changes,
});

describe('an invocation', () => {
  it.each([
    ['a short text', Buffer.from('hello ü')],
    ['nothing', Buffer.alloc(0)],
    ['a long text', Buffer.alloc(100_000, 'x')],
    ['bytes that are no text', Buffer.from([0xff, 0xfe])],
  ])('that answers with %s: prelude, bytes, then one settlement', async (_, bytes) => {
    const invocation = invoke(streamingHandler(async () => answer(bytes)));
    await invocation.over;
    expect(invocation.prelude()).toMatchObject({
      statusCode: 201,
      headers: { 'content-type': 'text/plain' },
    });
    expect(invocation.events[0]).toBe('prelude');
    expect(invocation.body()).toBe(bytes.toString());
    expect(settled).toBe(1);
  });

  it('sends the prelude before the provider’s first byte', async () => {
    const source = new Source();
    const invocation = invoke(streamingHandler(async () => answer(source)));
    await turn();
    await turn();
    expect(invocation.events).toEqual(['prelude']);
    source.consumer?.end(null);
    await invocation.over;
  });

  it('settles after the last byte, and lasts until it is settled', async () => {
    const source = new Source();
    let finish = (): void => undefined;
    const events: string[] = [];
    const given = answer(source, {
      settle: () => {
        events.push('settle');
        return new Promise((resolve) => {
          finish = resolve;
        });
      },
    });
    const invocation = invoke(streamingHandler(async () => given));
    await turn();
    await turn();
    source.consumer?.chunk(Buffer.from('a'));
    await turn();
    expect([invocation.body(), events]).toEqual(['a', []]);
    source.consumer?.chunk(Buffer.from('b'));
    source.consumer?.end(null);
    while (events.length === 0) await turn();
    await turn();
    expect(invocation.events).toEqual(['prelude', 'byte', 'byte', 'end']);
    finish();
    await invocation.over;
    expect(invocation.events.at(-1)).toBe('return');
    expect(events).toEqual(['settle']);
  });

  it('whose client left cancels the provider and settles once', async () => {
    const source = new Source();
    const invocation = invoke(streamingHandler(async () => answer(source)));
    await turn();
    await turn();
    source.consumer?.chunk(Buffer.from('a'));
    invocation.stream.destroy();
    await expect(invocation.over).rejects.toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' });
    expect([source.cancelled, settled]).toEqual([1, 1]);
    source.consumer?.end({ kind: 'cancelled', message: 'left' });
    await turn();
    expect(settled).toBe(1);
  });

  it('keeps several values of a header apart, and one value plain', async () => {
    const headers = new Map([
      ['set-cookie', ['a=1', 'b=2']],
      ['x-one', ['1']],
    ]);
    const invocation = invoke(streamingHandler(async () => answer(Buffer.from('x'), { headers })));
    await invocation.over;
    expect(invocation.prelude()).toMatchObject({
      headers: { 'x-one': '1' },
      multiValueHeaders: { 'set-cookie': ['a=1', 'b=2'] },
    });
  });

  it('beside others settles its own answer', async () => {
    const sources = [new Source(), new Source()];
    const order: number[] = [];
    let next = 0;
    const handler = streamingHandler(async () => {
      const index = next++;
      const source = sources[index];
      if (!source) throw new Error('too many');
      return answer(source, { settle: async () => void order.push(index) });
    });
    const invocations = [invoke(handler, {}, aContext()), invoke(handler, {}, aContext())];
    await turn();
    await turn();
    sources[1]?.consumer?.end(null);
    await invocations[1]?.over;
    expect(order).toEqual([1]);
    sources[0]?.consumer?.end(null);
    await invocations[0]?.over;
    expect(order).toEqual([1, 0]);
  });
});

describe('a handler that fails', () => {
  let lines: string[] = [];
  beforeEach(() => {
    lines = [];
    jest.spyOn(process.stderr, 'write').mockImplementation((line) => {
      lines.push(String(line));
      return true;
    });
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('is a 500 with a body that clients can read; the cause is in our log only', async () => {
    const cause = new Error('inner detail', { cause: new TypeError('deeper detail') });
    const invocation = invoke(
      streamingHandler(async () => {
        throw cause;
      }),
    );
    await invocation.over;
    expect(invocation.prelude()).toMatchObject({ statusCode: 500 });
    expect(JSON.parse(invocation.body())).toMatchObject({
      success: false,
      name: 'AiGatewayError',
      internalCode: 2999,
      error: [{ code: 2999 }],
    });
    expect(invocation.body()).not.toContain('inner detail');
    const [line = ''] = lines;
    expect(JSON.parse(line)).toMatchObject({
      level: 'error',
      requestId: 'r1',
      message: 'inner detail',
      causes: ['TypeError'],
    });
    expect(lines.join()).not.toContain('deeper detail');
    expect(settled).toBe(0);
  });
});
