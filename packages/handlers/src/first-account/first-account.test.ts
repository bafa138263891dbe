import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { StoreUnavailable } from '@weir/core';
import type { FirstAccountPorts } from '@weir/management';
import { MemoryAccountStore, MemoryConfig, MemoryTokenStore } from '@weir/stores/memory';
import { createSecretVault } from '@weir/stores/secret-vault';
import { ManualClock } from '@weir/testkit/stores';
import { createFirstAccountHandler } from './create-handler.ts';

type Answer = (request: IncomingMessage, body: string, response: ServerResponse) => void;

const servers: Server[] = [];
afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(
    servers.splice(0).map((server) => new Promise((done) => server.close(done).closeAllConnections())),
  );
});

async function listen(answer: Answer): Promise<string> {
  const server = createServer(async (request, response) => answer(request, await text(request), response));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The two operations of Secrets Manager that we use, as its wire has them. */
function secretsManager() {
  const state = { value: '{}', written: new Map<string, string>(), refuse: null as string | null };
  const answer: Answer = (request, body, response) => {
    const reply = (status: number, json: object) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(json));
    };
    const input = JSON.parse(body) as { SecretString: string; ClientRequestToken: string };
    if (state.refuse) return reply(400, { __type: state.refuse, message: `refused ${body}` });
    if (request.headers['x-amz-target'] === 'secretsmanager.GetSecretValue') {
      return reply(200, { SecretString: state.value });
    }
    const before = state.written.get(input.ClientRequestToken);
    if (before !== undefined && before !== input.SecretString) {
      return reply(400, { __type: 'ResourceExistsException', message: 'exists' });
    }
    state.written.set(input.ClientRequestToken, input.SecretString);
    state.value = input.SecretString;
    return reply(200, {});
  };
  return { state, answer };
}

let manager: ReturnType<typeof secretsManager>;
let config: MemoryConfig;
let ports: FirstAccountPorts;
let put: { method: string; type: string | undefined; body: Record<string, unknown> }[];
let responseUrl: string;
let log: string;

beforeEach(async () => {
  manager = secretsManager();
  config = new MemoryConfig();
  ports = {
    accounts: new MemoryAccountStore(config),
    tokens: new MemoryTokenStore(config),
    vault: createSecretVault('arn:secret', {
      endpoint: await listen(manager.answer),
      region: 'eu-west-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    }),
    clock: new ManualClock(),
    ids: { random: (size) => randomBytes(size) },
  };
  put = [];
  responseUrl = await listen((request, body, response) => {
    put.push({ method: request.method ?? '', type: request.headers['content-type'], body: JSON.parse(body) });
    response.end();
  });
  log = '';
  jest.spyOn(process.stderr, 'write').mockImplementation((line) => {
    log += String(line);
    return true;
  });
});

const send = (RequestType: string, more: object = {}) =>
  createFirstAccountHandler(ports)({
    RequestType,
    ResponseURL: `${responseUrl}/presigned?signature=1`,
    StackId: 'stack',
    RequestId: 'c0a8e1f0-0000-4000-8000-000000000001',
    LogicalResourceId: 'FirstAccountResource',
    ResourceProperties: { ServiceToken: 'arn' },
    ...more,
  });

describe('the first account’s custom resource', () => {
  it('makes the account, hands over its token, and tells CloudFormation', async () => {
    await send('Create');
    const { account_id, api_token } = JSON.parse(manager.state.value) as Record<string, string>;
    expect(put).toEqual([
      {
        method: 'PUT',
        type: '',
        body: {
          Status: 'SUCCESS',
          PhysicalResourceId: account_id,
          StackId: 'stack',
          RequestId: 'c0a8e1f0-0000-4000-8000-000000000001',
          LogicalResourceId: 'FirstAccountResource',
          Data: { AccountId: account_id },
        },
      },
    ]);
    expect([config.accounts.size, config.tokens.size]).toEqual([1, 1]);
    expect(JSON.stringify(put) + log).not.toContain(api_token);
  });

  it('makes nothing twice, whether the same request comes again or another', async () => {
    await send('Create');
    await send('Create');
    await send('Update', { RequestId: 'another', PhysicalResourceId: [...config.accounts.keys()][0] });
    expect(new Set(put.map(({ body }) => body.PhysicalResourceId)).size).toBe(1);
    expect([config.accounts.size, config.tokens.size]).toEqual([1, 1]);
  });

  it('makes one account when one request runs twice at the same time', async () => {
    await Promise.all([send('Create'), send('Create')]);
    expect(put.map(({ body }) => body.Status)).toEqual(['SUCCESS', 'SUCCESS']);
    expect([config.accounts.size, config.tokens.size]).toEqual([1, 1]);
  });

  it('keeps everything when the stack goes', async () => {
    await send('Create');
    await send('Delete', { PhysicalResourceId: 'kept' });
    expect(put[1]?.body).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'kept' });
    expect([config.accounts.size, config.tokens.size]).toEqual([1, 1]);
  });

  it('reports a failure by its kind, and no secret in any place', async () => {
    manager.state.refuse = 'AccessDeniedException';
    await send('Create');
    expect(put[0]?.body).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'not-created' });
    expect(put[0]?.body.Reason).toContain('AccessDeniedException');
    expect(JSON.stringify(put) + log).not.toMatch(/weir_|refused/);
    expect(log).toContain('cannot read the secret');
  });

  it('reports a table that cannot be asked', async () => {
    Object.assign(ports.accounts, {
      get: () => Promise.reject(new StoreUnavailable('cannot read accounts')),
    });
    await send('Create');
    expect(put[0]?.body.Reason).toContain('StoreUnavailable');
    expect(log).toContain('cannot read accounts');
  });

  it('offers its response again until it is taken', async () => {
    let refused = 0;
    const url = await listen((_, body, response) => {
      response.statusCode = refused++ < 2 ? 503 : 200;
      if (response.statusCode === 200) put.push({ method: 'PUT', type: '', body: JSON.parse(body) });
      response.end();
    });
    await send('Create', { ResponseURL: url });
    expect(put).toHaveLength(1);
  });

  it('fails loudly when nobody takes its response', async () => {
    const url = await listen((_, __, response) => response.writeHead(403).end());
    await expect(send('Create', { ResponseURL: url })).rejects.toThrow('did not take');
  });
});
