import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mintToken } from '@weir/core';
import type { RawAnswer, RawRequest } from '@weir/testkit/http';
import {
  expectApiHostError,
  expectEnvelopeError,
  expectGatewayHostError,
} from './__fixtures__/error-shapes.ts';
import { api, CHAT, compat, native, UNIFIED_CHAT } from './__fixtures__/requests.ts';
import { type RunningGateway, startGateway, type Token } from './__fixtures__/running-gateway.ts';

const UNKNOWN_ACCOUNT = 'f'.repeat(32);
const NEVER_ISSUED = mintToken(randomBytes(64));

let gateway: RunningGateway;
let tokens: Readonly<Record<'expired' | 'disabled' | 'reader' | 'elsewhere', Token>>;
let expiry: Date;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createGateway('main');
  expiry = new Date(Math.ceil(Date.now() / 1000) * 1000 + 1000);
  tokens = {
    expired: await gateway.createToken({ permissions: ['gateway:run'], expiresOn: expiry }),
    disabled: await gateway.createToken({ permissions: ['gateway:run', 'inference:read'] }),
    reader: await gateway.createToken({ permissions: ['gateway:read'] }),
    elsewhere: await gateway.createToken({ permissions: ['gateway:run'], gateways: ['another'] }),
  };
  await gateway.manage('PUT', `tokens/${tokens.disabled.id}`, { status: 'disabled' });
  await sleep(Math.max(0, expiry.getTime() - Date.now()));
}, 60_000);
afterAll(() => gateway?.stop());

/** What one bad request must lead to. */
interface Row {
  readonly is: string;
  readonly request: () => RawRequest;
  readonly answered: (answer: RawAnswer, status: number, code: number) => void;
  readonly status: number;
  readonly code: number;
}

const withToken = (token: string) => ({ headers: { 'cf-aig-authorization': `Bearer ${token}` } });
const withApiToken = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
const onGatewayHost = expectGatewayHostError;
const onApiHost = expectApiHostError;

const ROWS: readonly Row[] = [
  {
    is: 'an unknown account',
    request: () => native({ ...gateway, account: UNKNOWN_ACCOUNT }, 'openai/chat/completions'),
    answered: onGatewayHost,
    status: 400,
    code: 2001,
  },
  {
    is: 'an account that is none',
    request: () => native({ ...gateway, account: 'no-account' }, 'openai/chat/completions'),
    answered: onGatewayHost,
    status: 400,
    code: 2001,
  },
  {
    is: 'an unknown account on the API host',
    request: () => api({ ...gateway, account: UNKNOWN_ACCOUNT }),
    answered: onApiHost,
    status: 401,
    code: 10000,
  },
  {
    is: 'an unknown gateway',
    request: () => ({ ...native(gateway, ''), path: `/v1/${gateway.account}/none/openai/chat/completions` }),
    answered: onGatewayHost,
    status: 400,
    code: 2001,
  },
  {
    is: 'an unknown gateway on the API host',
    request: () => api(gateway, { headers: { 'cf-aig-gateway-id': 'none' } }),
    answered: onApiHost,
    status: 400,
    code: 2001,
  },
  {
    is: 'an unknown provider',
    request: () => native(gateway, 'no-such-provider/chat'),
    answered: onGatewayHost,
    status: 400,
    code: 2008,
  },
  {
    is: 'a model of an unknown provider',
    request: () => compat(gateway, { body: '{"model":"no-such-provider/x"}' }),
    answered: onGatewayHost,
    status: 400,
    code: 2008,
  },
  {
    is: 'an unknown path under the unified endpoint',
    request: () => native(gateway, 'compat/chat/nonsense'),
    answered: onGatewayHost,
    status: 404,
    code: 7003,
  },
  {
    is: 'an unknown path on the API host',
    request: () => api(gateway, { path: 'ai/nonsense' }),
    answered: onApiHost,
    status: 404,
    code: 7003,
  },
  {
    is: 'a path that climbs out of the provider',
    request: () => native(gateway, 'openai/%2e%2e/%2e%2e/admin'),
    answered: onGatewayHost,
    status: 400,
    code: 2921,
  },
  {
    is: 'JSON that is broken, on the unified endpoint',
    request: () => compat(gateway, { body: '{"model":' }),
    answered: onGatewayHost,
    status: 400,
    code: 2920,
  },
  {
    is: 'JSON that is broken, on the API host',
    request: () => api(gateway, { body: UNIFIED_CHAT.slice(0, -1) }),
    answered: onApiHost,
    status: 400,
    code: 2920,
  },
  {
    is: 'a body without a model',
    request: () => api(gateway, { body: '{"messages":[]}' }),
    answered: onApiHost,
    status: 400,
    code: 2921,
  },
  {
    is: 'a wrong method on the gateway host',
    request: () => compat(gateway, { method: 'DELETE' }),
    answered: onGatewayHost,
    status: 405,
    code: 2922,
  },
  {
    is: 'a wrong method on the API host',
    request: () => api(gateway, { method: 'PUT' }),
    answered: onApiHost,
    status: 405,
    code: 2922,
  },
  {
    is: 'no token',
    request: () => {
      const { 'cf-aig-authorization': _token, ...headers } = native(gateway, '').headers ?? {};
      return { ...native(gateway, 'openai/chat/completions'), headers };
    },
    answered: onGatewayHost,
    status: 401,
    code: 2009,
  },
  {
    is: 'no token on the API host',
    request: () => ({ ...api(gateway), headers: { 'cf-aig-gateway-id': 'main' } }),
    answered: onApiHost,
    status: 401,
    code: 10000,
  },
  {
    is: 'something that is no token',
    request: () => native(gateway, 'openai/chat/completions', withToken('hunter2')),
    answered: onGatewayHost,
    status: 401,
    code: 2009,
  },
  {
    is: 'a token that was never issued',
    request: () => native(gateway, 'openai/chat/completions', withToken(NEVER_ISSUED)),
    answered: onGatewayHost,
    status: 401,
    code: 2009,
  },
  {
    is: 'an expired token',
    request: () => native(gateway, 'openai/chat/completions', withToken(tokens.expired.value)),
    answered: onGatewayHost,
    status: 401,
    code: 2009,
  },
  {
    is: 'a disabled token',
    request: () => native(gateway, 'openai/chat/completions', withToken(tokens.disabled.value)),
    answered: onGatewayHost,
    status: 401,
    code: 2009,
  },
  {
    is: 'a disabled token on the API host',
    request: () => api(gateway, withApiToken(tokens.disabled.value)),
    answered: onApiHost,
    status: 401,
    code: 10000,
  },
  {
    is: 'a token of another account',
    request: () => ({
      ...native(gateway, ''),
      path: `/v1/${UNKNOWN_ACCOUNT}/default/openai/chat/completions`,
    }),
    answered: onGatewayHost,
    status: 401,
    code: 2009,
  },
  {
    is: 'a token without the permission',
    request: () => native(gateway, 'openai/chat/completions', withToken(tokens.reader.value)),
    answered: onGatewayHost,
    status: 403,
    code: 2910,
  },
  {
    is: 'a token without the permission on the API host',
    request: () => api(gateway, withApiToken(tokens.reader.value)),
    answered: onApiHost,
    status: 403,
    code: 2910,
  },
  {
    is: 'a token of another gateway',
    request: () => native(gateway, 'openai/chat/completions', withToken(tokens.elsewhere.value)),
    answered: onGatewayHost,
    status: 403,
    code: 2910,
  },
];

describe('the table', () => {
  test.each(ROWS)('$is: $status, code $code, one record', async ({ request, answered, status, code }) => {
    gateway.upstream.requests.clear();
    const answer = await gateway.send(request());
    answered(answer, status, code);
    expect(answer.headers['cf-aig-event-id']).toBe(answer.eventId);
    expect(gateway.upstream.requests.total).toBe(0);
    expect(await gateway.records.of(answer.eventId)).toMatchObject({
      statusCode: status,
      success: false,
      outcome: { kind: 'refused', code, blame: 'caller' },
    });
  });
});

describe('what never reaches a function leaves no record', () => {
  test.each([
    ['11 MB', 11],
    ['6 MB, which as an event are larger than a function takes,', 6],
  ])('a body of %s: 413', async (_, megabytes) => {
    const body = randomBytes(megabytes * 1024 * 1024);
    expectEnvelopeError(await gateway.send(native(gateway, 'openai/files', { body })), 413, 2924);
  });

  test('headers over 10,240 bytes: a 4xx with a clear body', async () => {
    const answer = await gateway.send(
      native(gateway, 'openai/chat/completions', { headers: { 'x-padding': 'h'.repeat(11_000) } }),
    );
    expectEnvelopeError(answer, answer.status, 2921);
    expect([400, 431]).toContain(answer.status);
  });

  test('a path outside the API: 404 with both codes', async () => {
    expectEnvelopeError(await gateway.send({ path: '/v2/nothing' }), 404, 7003);
  });

  test('a bare carriage return in a header value: 400, and the connection ends', async () => {
    const { hostname, port } = new URL(gateway.baseUrl);
    const socket = connect(Number(port), hostname);
    let received = '';
    socket.on('data', (bytes) => {
      received += bytes;
    });
    socket.write(`GET / HTTP/1.1\r\nhost: x\r\ncf-aig-event-id: a\rset-cookie: b=c\r\n\r\n`);
    await once(socket, 'close');
    expect(received).toMatch(/^HTTP\/1\.1 400 /);
    expect(received).not.toContain('b=c');
  });
});

describe('hostile values are served as plain ones', () => {
  test('the host header has no effect on the call', async () => {
    const answer = await gateway.send(
      native(gateway, 'openai/chat/completions', { headers: { host: 'evil.example' } }),
    );
    expect(answer.status).toBe(200);
    expect(gateway.upstream.requests.last().headers.get('host')).toEqual([
      new URL(gateway.upstream.url).host,
    ]);
    expect(answer.body.toString() + JSON.stringify(answer.headers)).not.toContain('evil.example');
  });

  test('the host header has no effect on the provider URL that management tells', async () => {
    const { body } = await gateway.send({
      path: `/client/v4/accounts/${gateway.account}/ai-gateway/gateways/main/url/openai`,
      headers: { authorization: `Bearer ${gateway.token}`, host: 'evil.example' },
    });
    const { result } = JSON.parse(body.toString());
    expect(result).toBe(`${gateway.baseUrl}/v1/${gateway.account}/main/openai`);
  });

  test('line breaks in metadata stay in the record and reach no header', async () => {
    const answer = await gateway.send(
      native(gateway, 'openai/chat/completions', {
        headers: { 'cf-aig-metadata': '{"team":"a\\r\\nset-cookie: b=c","__proto__":"x"}' },
      }),
    );
    expect(answer.status).toBe(200);
    expect(answer.headers['set-cookie']).toBeUndefined();
    const { metadata } = await gateway.records.of(answer.eventId);
    expect(metadata).toMatchObject({ team: 'a\r\nset-cookie: b=c' });
    expect([...gateway.upstream.requests.last().headers.keys()].join()).not.toContain('cf-');
  });

  test.each(['two words', 'x'.repeat(129), 'caf\u00e9'])(
    'the event id %j is ignored with a warning',
    async (id) => {
      const answer = await gateway.send(
        native(gateway, 'openai/chat/completions', { headers: { 'cf-aig-event-id': id } }),
      );
      const own = String(answer.headers['cf-aig-event-id']);
      expect([answer.status, own]).toEqual([200, answer.headers['cf-aig-log-id']]);
      expect((await gateway.records.of(own)).warnings.join()).toContain('cf-aig-event-id');
    },
  );

  test('malformed JSON on a native endpoint is the provider’s to judge', async () => {
    const answer = await gateway.send(native(gateway, 'openai/things', { body: CHAT.slice(0, -3) }));
    expect(answer.status).toBe(200);
    expect(Buffer.from(gateway.upstream.requests.last().body).toString()).toBe(CHAT.slice(0, -3));
    expect(await gateway.records.of(answer.eventId)).toMatchObject({ success: true });
  });
});

test('no request of this file left more than one record, and the functions logged no failure', async () => {
  // Six further requests were served although something about them was odd.
  const counts = await gateway.records.settled(ROWS.length + 6);
  expect([...counts].filter(([, count]) => count !== 1)).toEqual([]);
  expect(gateway.logged).toEqual([]);
});
