import type { LookupAddress } from 'node:dns';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { durationMs, headerMap, parsePrivateEndpoints } from '@weir/core';
import { type FaultUpstream, startFaultUpstream } from '@weir/testkit';
import { AddressGuard, type Resolve } from './address-guard.ts';
import { HttpsUpstream } from './https-upstream.ts';
import { destinationOf } from './upstream-destination.ts';

let provider: FaultUpstream;
let port: string;
beforeAll(async () => {
  provider = await startFaultUpstream();
  port = new URL(provider.at('echo')).port;
});
afterAll(() => provider.stop());

/** Answers each look-up with the next list, the last one for ever, and counts them. */
function resolver(...answers: readonly (readonly string[])[]) {
  const asked: string[] = [];
  const resolve: Resolve = (hostname, _, answer) => {
    const addresses = answers[Math.min(asked.push(hostname), answers.length) - 1] ?? [];
    const found = addresses.map(
      (address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 }),
    );
    process.nextTick(() => answer(null, found));
  };
  return { asked, resolve };
}

/** A provider that an account made, with what the operator allows. */
function calling({ allowed = [], resolve }: { allowed?: readonly string[]; resolve?: Resolve } = {}) {
  const upstream = new HttpsUpstream(
    new AddressGuard(parsePrivateEndpoints(JSON.stringify(allowed)), resolve),
  );
  return (url: string, guard: 'public' | 'none' = 'public') =>
    upstream.send({
      method: 'POST',
      url,
      headers: headerMap([]),
      body: Buffer.from('{}'),
      guard,
      firstByteTimeout: durationMs(2_000),
      idleTimeout: durationMs(2_000),
    });
}

const forbidden = { kind: 'forbidden' };
/** A resolver that a refused address must not even reach. */
const nobody: Resolve = () => {
  throw new Error('nothing is to be looked up');
};

describe('a guarded request', () => {
  it.each([
    'https://127.0.0.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0177.0.0.1/',
    'https://127.1/',
    'https://10.0.0.1/',
    'https://100.64.0.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[::127.0.0.1]/',
    'https://[64:ff9b::a9fe:a9fe]/',
    'https://[2002:7f00:1::]/',
    'https://[fd00:ec2::254]/',
    'https://[fe80::1]/',
    'https://localhost/',
    'https://LOCALHOST./',
    'https://a.localhost/',
  ])('to %s is refused before anything is connected or looked up', async (url) => {
    await expect(calling({ resolve: nobody })(url)).rejects.toMatchObject(forbidden);
  });

  it('without TLS is refused', async () => {
    await expect(calling({ resolve: nobody })('http://models.example/')).rejects.toMatchObject(forbidden);
  });

  it('to a name that leads to a private address is refused, also when only one of its addresses is', async () => {
    for (const addresses of [['10.0.0.1'], ['93.184.216.34', '127.0.0.1'], ['2606:2800::1', '::1']]) {
      const { resolve } = resolver(addresses);
      await expect(calling({ resolve })('https://models.example/')).rejects.toMatchObject(forbidden);
    }
    expect(provider.requests.total).toBe(0);
  });

  it('is refused by the second look-up when the first was good', async () => {
    const { asked, resolve } = resolver(['93.184.216.34'], ['169.254.169.254']);
    const guard = new AddressGuard([], resolve);
    const lookUp = () =>
      new Promise((settle) => {
        const own = guard.lookupFor(destinationOf('https://models.example/'));
        own?.('models.example', {}, (error, address) => settle(error ?? address));
      });
    expect(await lookUp()).toBe('93.184.216.34');
    expect(await lookUp()).toMatchObject(forbidden);
    expect(asked).toHaveLength(2);
  });

  it('over a real connection: the rebound name reaches nobody', async () => {
    // The operator allows the range of the first answer, as tests cannot reach the public internet.
    const { asked, resolve } = resolver(['127.0.0.2'], ['127.0.0.1']);
    const send = calling({ allowed: ['127.0.0.2/32'], resolve });
    const url = `https://rebound.example:${port}/`;
    // The first answer is connected to: nobody speaks TLS there.
    await expect(send(url)).rejects.toMatchObject({ kind: expect.stringMatching(/tls|refused/) });
    await expect(send(url)).rejects.toMatchObject(forbidden);
    expect(asked).toHaveLength(2);
    expect(provider.requests.total).toBe(0);
  });

  it('a name that does not resolve is just that', async () => {
    const resolve: Resolve = (_, __, answer) =>
      answer(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), []);
    await expect(calling({ resolve })('https://models.example/')).rejects.toMatchObject({ kind: 'name' });
  });

  it.each([
    ['the host', ['127.0.0.1']],
    ['the host with its port', ['127.0.0.1:PORT']],
    ['a range around it', ['127.0.0.0/8']],
  ])('reaches what the operator allows by %s, without TLS too', async (_, allowed) => {
    const send = calling({ allowed: allowed.map((text) => text.replace('PORT', port)) });
    const answer = await send(provider.at('echo'));
    expect(answer.status).toBe(200);
    answer.body.cancel();
  });

  it('reaches a host that the operator names at whatever address it has', async () => {
    const url = provider.at('echo').replace('127.0.0.1', 'localhost');
    const answer = await calling({ allowed: [`localhost:${port}`] })(url);
    expect(answer.status).toBe(200);
    answer.body.cancel();
    await expect(calling()(url)).rejects.toMatchObject(forbidden);
  });

  it('is refused at another port than the one that the operator allows', async () => {
    const send = calling({ allowed: ['127.0.0.1:1'] });
    await expect(send(provider.at('echo'))).rejects.toMatchObject(forbidden);
  });

  it('does not use a connection that an unguarded request left open', async () => {
    let connections = 0;
    const server = createServer((_, response) => response.end('{}')).on('connection', () => {
      connections += 1;
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port: own } = server.address() as AddressInfo;
    const send = calling({ allowed: ['127.0.0.0/8'], resolve: nobody });
    for (const guard of ['none', 'public', 'public', 'none'] as const) {
      const { body } = await send(`http://127.0.0.1:${own}/`, guard);
      await new Promise<void>((end) => body.consume({ chunk: () => undefined, end: () => end() }));
    }
    expect(connections).toBe(2);
    server.close();
    server.closeAllConnections();
  });

  it('follows no redirect', async () => {
    const answer = await calling({ allowed: ['127.0.0.1'] })(provider.at('redirect'));
    expect(answer.status).toBeGreaterThanOrEqual(300);
    expect(answer.status).toBeLessThan(400);
    answer.body.cancel();
  });
});

it('an unguarded request reaches what the operator configured, wherever it is', async () => {
  const answer = await calling({ resolve: nobody })(provider.at('echo'), 'none');
  expect(answer.status).toBe(200);
  answer.body.cancel();
});
