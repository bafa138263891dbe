import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { functionResource, restApi } from '../__fixtures__/assembly.ts';
import { eventually } from '../__fixtures__/eventually.ts';
import { open, send } from '../__fixtures__/raw-http.ts';
import { type RunningHost, runningHost } from '../__fixtures__/running-host.ts';

/** Keeps what it does where the other function can tell it: bundles share the process, as nothing on AWS does. */
const BUNDLE = `
  import { once } from 'node:events';
  import { pipeline } from 'node:stream/promises';
  import { Readable } from 'node:stream';

  const seen = (globalThis.seen ??= {});
  const { streamifyResponse, HttpResponseStream } = awslambda;
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));

  const acts = {
    async paced(out, { chunks, every }) {
      for (let index = 0; index < chunks; index += 1) {
        out.write('data: ' + index + '\\n\\n');
        await pause(Number(every));
      }
      out.end();
    },
    async flood(out, { chunks }, name) {
      const chunk = Buffer.alloc(64 * 1024, 'x');
      seen[name] = 0;
      for (let index = 0; index < chunks; index += 1) {
        seen[name] += 1;
        if (!out.write(chunk)) await once(out, 'drain');
      }
      out.end();
    },
    async after(out, { ms }, name) {
      out.end('done');
      await pause(Number(ms));
      seen[name] = 'worked after the last byte';
    },
    async piped(out, { chunks }) {
      await pipeline(Readable.from(Array.from({ length: Number(chunks) }, (_, index) => index + ',')), out);
    },
    async lockstep(out, { chunks }, name) {
      for (let index = 0; index < chunks; index += 1) {
        while ((seen[name] ?? -1) < index) await pause(1);
        out.write('data: ' + index + '\\n\\n');
      }
      out.end();
    },
  };

  export const stream = streamifyResponse(async ({ queryStringParameters: { act, name, ...rest } }, raw) => {
    const out = HttpResponseStream.from(raw, { statusCode: 200, headers: { 'content-type': 'text/event-stream' } });
    out.write('');
    await acts[act](out, rest, name);
  });

  export const tell = async ({ queryStringParameters: { name, value } }) => {
    seen[name] = Number(value);
    return { statusCode: 204 };
  };

  export const seenBy = async ({ queryStringParameters }) =>
    ({ statusCode: 200, body: JSON.stringify({ seen: seen[queryStringParameters.name] ?? null }) });
`;

let running: RunningHost;

beforeAll(async () => {
  running = await runningHost({
    bundles: { acts: BUNDLE },
    resources: {
      ...restApi([
        { path: '/stream', function: 'Stream', streams: true },
        { path: '/seen', function: 'Seen' },
        { path: '/tell', function: 'Tell' },
      ]),
      Stream: functionResource('acts', { Handler: 'index.stream', Timeout: 60 }),
      Seen: functionResource('acts', { Handler: 'index.seenBy' }),
      Tell: functionResource('acts', { Handler: 'index.tell' }),
    },
  });
});

afterAll(async () => {
  await running[Symbol.asyncDispose]();
});

async function seen(name: string): Promise<unknown> {
  const { body } = await send(running.baseUrl, `/seen?name=${name}`);
  return JSON.parse(body.toString()).seen;
}

test('head and chunks reach the client one by one, each before the function has the next', async () => {
  const response = await open(running.baseUrl, '/stream?act=lockstep&chunks=5&name=lockstep');
  const ended = once(response, 'end');
  for (let index = 0; index < 5; index += 1) {
    const arrived = once(response, 'data');
    await send(running.baseUrl, `/tell?name=lockstep&value=${index}`);
    expect(String((await arrived)[0])).toBe(`data: ${index}\n\n`);
  }
  await ended;
});

test('twenty streams of 300 chunks at once arrive whole and in order', async () => {
  const expected = Array.from({ length: 300 }, (_, index) => `data: ${index}\n\n`).join('');
  const streams = Array.from({ length: 20 }, () =>
    send(running.baseUrl, '/stream?act=paced&chunks=300&every=1'),
  );
  for (const { body } of await Promise.all(streams)) expect(body.toString()).toBe(expected);
});

test('a pipeline into the stream works', async () => {
  const { body } = await send(running.baseUrl, '/stream?act=piped&chunks=1000');
  expect(body.toString()).toBe(Array.from({ length: 1000 }, (_, index) => `${index},`).join(''));
});

test('a client that does not read holds the function back, and gets everything once it reads', async () => {
  const chunks = 400;
  const response = await open(running.baseUrl, `/stream?act=flood&chunks=${chunks}&name=slow`);
  const stalled = await stall('slow');
  expect(stalled).toBeLessThan(chunks);
  expect(await bytesOf(response)).toBe(chunks * 64 * 1024);
  expect(await seen('slow')).toBe(chunks);
});

test('a client that goes away does not stop the function, not even one that it held back', async () => {
  const response = await open(running.baseUrl, '/stream?act=flood&chunks=400&name=gone');
  await stall('gone');
  response.destroy();
  await eventually(async () => (await seen('gone')) === 400);
});

test('work after the last byte goes on when the client has its answer', async () => {
  const answer = await send(running.baseUrl, '/stream?act=after&ms=300&name=after');
  expect(answer.body.toString()).toBe('done');
  expect(await seen('after')).toBeNull();
  await eventually(async () => (await seen('after')) === 'worked after the last byte');
});

test('an answer that outlasts the end of the host is cut, and its function settles first', async () => {
  const settles = `
    import { pipeline } from 'node:stream/promises';
    import { setTimeout as pause } from 'node:timers/promises';
    async function* endless() {
      for (;;) {
        yield 'more';
        await pause(10);
      }
    }
    export const handler = awslambda.streamifyResponse(async (event, raw) => {
      const out = awslambda.HttpResponseStream.from(raw, { statusCode: 200 });
      try {
        await pipeline(endless, out);
      } finally {
        await pause(100);
        console.log('settled');
      }
    });
  `;
  const stopping = await runningHost(
    {
      bundles: { settles },
      resources: {
        ...restApi([{ path: '/stream', function: 'Settles', streams: true }]),
        Settles: functionResource('settles', { Timeout: 60 }),
      },
    },
    { graceMs: 50 },
  );
  const response = await open(stopping.baseUrl, '/stream');
  const cut = expect(bytesOf(response)).rejects.toThrow('aborted');
  await stopping.host.stop();
  await cut;
  expect(stopping.logged).toContain('Settles: settled');
  expect(stopping.logged.filter((line) => line.includes('left behind'))).toEqual([]);
  await stopping[Symbol.asyncDispose]();
});

/** Waits until the function writes no more. @returns how many chunks it wrote. */
async function stall(name: string): Promise<number> {
  let before = -1;
  for (;;) {
    const now = Number(await seen(name));
    if (now > 0 && now === before) return now;
    before = now;
    await sleep(150);
  }
}

async function bytesOf(response: IncomingMessage): Promise<number> {
  let bytes = 0;
  for await (const chunk of response) bytes += chunk.length;
  return bytes;
}
