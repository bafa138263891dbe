import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type ByteStream, durationMs, headerMap, type StreamFault, type UpstreamRequest } from '@weir/core';
import { type FaultUpstream, refusingUrl, startFaultUpstream } from '@weir/testkit';
import { HttpsUpstream } from './https-upstream.ts';

const upstream = new HttpsUpstream();
let provider: FaultUpstream;
beforeAll(async () => {
  provider = await startFaultUpstream();
});
afterEach(() => provider.requests.clear());
afterAll(() => provider.stop());

const send = (url: string, changes: Partial<UpstreamRequest> = {}) =>
  upstream.send({
    method: 'POST',
    url,
    headers: headerMap([]),
    body: Buffer.from('{}'),
    guard: 'none',
    firstByteTimeout: durationMs(5_000),
    idleTimeout: durationMs(5_000),
    ...changes,
  });

/** Reads to the end; `ends` holds every end that was told. */
function read(body: ByteStream) {
  const ends: (StreamFault | null)[] = [];
  let size = 0;
  const chunks: Uint8Array[] = [];
  const done = new Promise<StreamFault | null>((resolve) => {
    body.consume({
      chunk(bytes) {
        size += bytes.length;
        chunks.push(bytes);
      },
      end(fault) {
        ends.push(fault);
        resolve(fault);
      },
    });
  });
  return { ends, done, size: () => size, text: () => Buffer.concat(chunks).toString() };
}

describe('a request', () => {
  it('arrives as it was planned, its length told and its body whole', async () => {
    const body = Buffer.alloc(300_000, 'weir');
    const answer = await send(`${provider.at('echo')}/a%2Fb?x=%20`, {
      method: 'PUT',
      headers: headerMap([
        ['x-two', 'a'],
        ['x-two', 'b'],
      ]),
      body,
    });
    expect(await read(answer.body).done).toBeNull();
    const { method, url, headers, bodySize } = provider.requests.last();
    expect([method, url, bodySize, headers.get('x-two'), headers.get('content-length')]).toEqual([
      'PUT',
      '/a%2Fb?x=%20',
      300_000,
      ['a', 'b'],
      ['300000'],
    ]);
  });

  it.each(['GET', 'HEAD', 'DELETE', 'POST'])('of method %s may have no body', async (method) => {
    const answer = await send(provider.at('echo'), { method, body: null });
    expect([answer.status, await read(answer.body).done]).toEqual([200, null]);
    expect(provider.requests.last()).toMatchObject({ method, bodySize: 0 });
  });

  it.each([
    ['a header value', { headers: headerMap([['x-note', 'a\nb: c']]) }],
    ['a character', { headers: headerMap([['x-note', '☃']]) }],
    ['a header name', { headers: headerMap([['x note', '1']]) }],
    ['a method', { method: 'GET /' }],
  ])('with %s that HTTP cannot carry is not sent', async (_, changes) => {
    await expect(send(provider.at('echo'), changes)).rejects.toMatchObject({ kind: 'unsendable' });
    expect(provider.requests.total).toBe(0);
  });
});

describe('a provider that gives no answer', () => {
  it.each([
    ['reset', 'reset'],
    ['close-silently', 'reset'],
    ['invalid-http', 'protocol'],
    ['huge-headers', 'protocol'],
    ['switching-protocols', 'protocol'],
    ['unknown-status', 'protocol'],
  ] as const)('%s is "%s", asked once', async (scenario, kind) => {
    // Connections of their own: what came before on a shared one must not make it look stale.
    const other = await startFaultUpstream();
    await expect(send(other.at(scenario))).rejects.toMatchObject({ kind });
    expect(other.requests.total).toBe(1);
    await other.stop();
  });

  it.each([0, 999])('the status %d is none', async (status) => {
    await expect(send(provider.at('unknown-status', { status }))).rejects.toMatchObject({ kind: 'protocol' });
  });

  it('a refused connection is "refused"', async () => {
    await expect(send(await refusingUrl())).rejects.toMatchObject({ kind: 'refused' });
  });

  it('a name that does not resolve is "name"', async () => {
    await expect(send('http://no-such-host.invalid/')).rejects.toMatchObject({ kind: 'name' });
  });

  it('plain HTTP where TLS was wanted is "tls"', async () => {
    await expect(send(provider.url.replace('http:', 'https:'))).rejects.toMatchObject({ kind: 'tls' });
  });

  it('silence is "timeout", and the connection is closed', async () => {
    await expect(send(provider.at('hang'), { firstByteTimeout: durationMs(60) })).rejects.toMatchObject({
      kind: 'timeout',
    });
    await provider.requests.waitFor(({ end }) => end === 'left');
  });
});

describe('an answer', () => {
  it('has every header line in order, and a redirect is not followed', async () => {
    const cookies = await send(provider.at('cookies', { count: 3 }));
    expect(cookies.headers.get('set-cookie')).toHaveLength(3);
    await read(cookies.body).done;
    const redirect = await send(provider.at('redirect', { location: provider.at('echo') }));
    expect([redirect.status, await read(redirect.body).done]).toEqual([302, null]);
    expect(provider.requests.total).toBe(2);
  });

  it('that comes before the request is read arrives whole', async () => {
    const answer = await send(provider.at('answer-early'), { body: Buffer.alloc(4_000_000) });
    const reader = read(answer.body);
    expect([answer.status, await reader.done]).toEqual([413, null]);
    expect(JSON.parse(reader.text())).toHaveProperty('error');
  });

  it.each([
    'reset-mid-body',
    'reset-unframed-body',
    'reset-mid-stream',
    'short-body',
    'invalid-chunk',
  ] as const)('that breaks off ends once, with a fault: %s', async (scenario) => {
    const reader = read((await send(provider.at(scenario))).body);
    expect(await reader.done).toMatchObject({ kind: 'reset' });
    await sleep(20);
    expect(reader.ends).toHaveLength(1);
    expect(reader.size()).toBeGreaterThan(0);
  });

  it.each(['reset-mid-body', 'reset-unframed-body'] as const)(
    'that broke off before anyone read it ends with a fault: %s',
    async (scenario) => {
      const { body } = await send(provider.at(scenario));
      await provider.requests.waitFor(({ end }) => end === 'cut-by-upstream');
      await sleep(50);
      const reader = read(body);
      expect(await reader.done).toMatchObject({ kind: 'reset' });
      expect(reader.ends).toHaveLength(1);
    },
  );

  it('that came while this process was busy is read before anybody is blamed for silence', async () => {
    const idleTimeout = durationMs(60);
    const { body } = await send(provider.at('large', { bytes: 50_000_000 }), { idleTimeout });
    let [size, wasBusy] = [0, false];
    const fault = await new Promise((resolve) => {
      body.consume({
        chunk(bytes) {
          size += bytes.length;
          if (wasBusy) return;
          wasBusy = true;
          // Behind it timers come before what has arrived.
          setImmediate(() => {
            for (const since = performance.now(); performance.now() - since < 3 * idleTimeout; );
          });
        },
        end: resolve,
      });
    });
    expect([fault, size]).toEqual([null, 50_000_000]);
  });

  it('that stops in its middle ends with "idle-timeout", and the connection is closed', async () => {
    const reader = read((await send(provider.at('hang-mid-stream'), { idleTimeout: durationMs(60) })).body);
    expect(await reader.done).toMatchObject({ kind: 'idle-timeout' });
    await provider.requests.waitFor(({ end }) => end === 'left');
    expect(reader.ends).toHaveLength(1);
  });

  it('that nobody wants any more is cancelled, and the connection is closed', async () => {
    const { body } = await send(provider.at('hang-mid-stream'));
    const reader = read(body);
    body.cancel();
    expect(await reader.done).toMatchObject({ kind: 'cancelled' });
    await provider.requests.waitFor(({ end }) => end === 'left');
    body.cancel();
    await sleep(10);
    expect(reader.ends).toHaveLength(1);
  });

  it('that nobody reads can be cancelled too', async () => {
    (await send(provider.at('hang-mid-stream'))).body.cancel();
    await provider.requests.waitFor(({ end }) => end === 'left');
  });

  it('cancelled after its end stays ended in order, and its connection serves on', async () => {
    const { body } = await send(provider.at('echo'));
    const reader = read(body);
    await reader.done;
    body.cancel();
    await sleep(5);
    expect(reader.ends).toEqual([null]);
    expect(await read((await send(provider.at('echo'))).body).done).toBeNull();
  });

  it('waits for a reader that pauses, and then comes whole', async () => {
    const total = 64 * 1024 * 1024;
    const { body } = await send(provider.at('large', { bytes: total }));
    const reader = read(body);
    await sleep(5);
    body.pause();
    const before = reader.size();
    await sleep(100);
    expect(reader.size()).toBe(before);
    expect(before).toBeLessThan(total);
    expect(provider.requests.last().end).toBe('open');
    body.resume();
    expect(await reader.done).toBeNull();
    expect(reader.size()).toBe(total);
  });

  it('is not called silent while its reader pauses, and is called so when it is', async () => {
    const { body } = await send(provider.at('hang-mid-stream'), { idleTimeout: durationMs(50) });
    const reader = read(body);
    body.pause();
    await sleep(180);
    expect(reader.ends).toEqual([]);
    body.resume();
    expect(await reader.done).toMatchObject({ kind: 'idle-timeout' });
  });
});

describe('a kept-alive connection', () => {
  let server: Server;
  const connections = new Set<unknown>();
  /** Serves the first request of every connection; what comes after it meets `later`. */
  async function serve(later: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
    connections.clear();
    const served = new WeakSet();
    server = createServer((request, response) => {
      connections.add(request.socket);
      request.resume();
      if (served.has(request.socket)) return later(request, response);
      served.add(request.socket);
      response.end('first');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });
  const answerOf = async (url: string, method = 'POST') => {
    const reader = read((await send(url, { method })).body);
    await reader.done;
    await sleep(5);
    return reader.text();
  };

  it('is used again, and leaves no listeners behind', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    const url = await serve((_, response) => response.end('again'));
    for (let request = 0; request < 15; request++) await answerOf(url);
    process.off('warning', note);
    expect(connections.size).toBe(1);
    expect(warnings.filter(({ name }) => name.includes('MaxListeners'))).toEqual([]);
  });

  it('that is no longer there takes no request after the environment was frozen', async () => {
    const seen: string[] = [];
    const url = await serve((request, response) => {
      seen.push(String(request.method));
      response.end('again');
    });
    await Promise.all([answerOf(url), answerOf(url), answerOf(url)]);
    expect(connections.size).toBe(3);
    // Nothing runs in the meantime: no timer, and nobody hears that the server closes.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4_050);
    expect(await answerOf(url)).toBe('first');
    expect([connections.size, seen]).toEqual([4, []]);
    expect(await answerOf(url)).toBe('again');
  });

  it('that breaks takes a POST with it: the provider may have seen it, and it could be paid for twice', async () => {
    let requests = 0;
    const url = await serve((request) => {
      requests += 1;
      request.socket.destroy();
    });
    await answerOf(url);
    await expect(send(url)).rejects.toMatchObject({ kind: 'reset' });
    expect([requests, connections.size]).toEqual([1, 1]);
  });

  it.each(['GET', 'HEAD', 'OPTIONS'])('that breaks is replaced by a new one for a %s', async (method) => {
    let stale = 0;
    const url = await serve((request) => {
      stale += 1;
      request.socket.destroy();
    });
    await answerOf(url);
    expect(await answerOf(url, method)).toBe(method === 'HEAD' ? '' : 'first');
    expect([stale, connections.size]).toEqual([1, 2]);
  });

  it('is not replaced by another stale one', async () => {
    const url = await serve((request) => void request.socket.destroy());
    await Promise.all([answerOf(url), answerOf(url), answerOf(url)]);
    expect(connections.size).toBe(3);
    expect(await answerOf(url, 'GET')).toBe('first');
    expect(connections.size).toBe(4);
  });

  it('is replaced once: the second failure is told', async () => {
    await answerOf(provider.at('echo'));
    provider.requests.clear();
    await expect(send(provider.at('close-silently'), { method: 'GET' })).rejects.toMatchObject({
      kind: 'reset',
    });
    expect(provider.requests.total).toBe(2);
    server = createServer();
  });

  it('that fails later was not stale: nothing is asked again', async () => {
    let requests = 0;
    const url = await serve((request) => {
      requests += 1;
      setTimeout(() => request.socket.destroy(), 1_200);
    });
    await answerOf(url);
    await expect(send(url, { method: 'GET' })).rejects.toMatchObject({ kind: 'reset' });
    expect([requests, connections.size]).toEqual([1, 1]);
  });
});
