import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, test as always, beforeAll, beforeEach, expect } from '@jest/globals';
import { type Scratch, scratchFolder } from './__fixtures__/assembly.ts';
import { eventually } from './__fixtures__/eventually.ts';
import { hostProcess, killStarted } from './__fixtures__/host-process.ts';

/** The real template with the real bundles; `npm test` synthesises it before it runs the tests. */
const ASSEMBLY = fileURLToPath(new URL('../../../infra/cdk.out', import.meta.url));
const isSynthesised = existsSync(join(ASSEMBLY, 'manifest.json'));
if (!isSynthesised) process.stderr.write('skipped: no infra/cdk.out; run "npm run synth" first\n');
const test = isSynthesised ? always : always.skip;

const CHUNKS = 10;
const CHUNK_MS = 150;
const EVENTS = Array.from(
  { length: CHUNKS },
  (_, index) =>
    `data: ${JSON.stringify({ id: 'c', model: 'm', choices: [{ index: 0, delta: { content: `${index} ` } }] })}\n\n`,
);

let scratch: Scratch;
let dataDir: string;
let upstream: Server;

beforeAll(async () => {
  upstream = createServer(async (request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of EVENTS) {
      response.write(event);
      await sleep(CHUNK_MS);
    }
    response.end('data: [DONE]\n\n');
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  upstream.closeAllConnections();
  await new Promise((resolve) => upstream.close(resolve));
});

beforeEach(async () => {
  scratch = await scratchFolder();
  dataDir = join(scratch.folder, 'data');
});

afterEach(async () => {
  killStarted();
  await scratch[Symbol.asyncDispose]();
});

async function start() {
  const { port } = upstream.address() as AddressInfo;
  const host = hostProcess(ASSEMBLY, dataDir, {
    WEIR_PROVIDER_BASE_URLS: JSON.stringify({ openai: `http://127.0.0.1:${port}` }),
  });
  const baseUrl = await host.ready;
  const { account_id, api_token } = JSON.parse(await readFile(join(dataDir, 'local.json'), 'utf8'));
  const authorization = `Bearer ${api_token}`;
  const account = `${baseUrl}/client/v4/accounts/${account_id}`;

  /** A streamed chat over the slow upstream. @returns the log id and the whole body. */
  async function chat(): Promise<{ id: string; body: () => Promise<string> }> {
    const response = await fetch(`${baseUrl}/v1/${account_id}/default/openai/chat/completions`, {
      method: 'POST',
      headers: { 'cf-aig-authorization': authorization, authorization: 'Bearer upstream-key' },
      body: JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content: 'Hello' }] }),
    });
    expect(response.status).toBe(200);
    return { id: response.headers.get('cf-aig-log-id') ?? '', body: () => response.text() };
  }

  async function logIds(): Promise<string[]> {
    // Records that are stored meanwhile push others to the next page, where they come again.
    const ids = new Set<string>();
    for (let page = 1; ; page += 1) {
      const url = `${account}/ai-gateway/gateways/default/logs?per_page=50&page=${page}`;
      const response = await fetch(url, { headers: { authorization } });
      const { result } = (await response.json()) as { result: Array<{ id: string; success: boolean }> };
      if (!result?.length) return [...ids];
      for (const { id } of result) ids.add(id);
    }
  }

  return { host, baseUrl, account, authorization, chat, logIds };
}

test('the printed command works, and its record is in the log', async () => {
  const { host, account, authorization, logIds } = await start();
  const response = await fetch(`${account}/ai/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: '{"model":"demo/any-model","messages":[{"role":"user","content":"Hello, Weir"}]}',
  });
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    choices: [{ message: { content: expect.stringMatching(/simulated.*Hello, Weir/) } }],
  });
  await eventually(async () => (await logIds()).join() === response.headers.get('cf-aig-log-id'));
  expect(host.stderr()).toBe('');
});

test('SIGTERM in the middle of 200 requests: every answer ends whole and has its record after a restart', async () => {
  const first = await start();
  // The gateway, once, so that the 200 do not race to create it: another test's business.
  await (await first.chat()).body();
  const chats = await Promise.all(Array.from({ length: 200 }, () => first.chat()));
  first.host.child.kill('SIGTERM');
  const bodies = await Promise.all(chats.map(({ body }) => body()));
  expect(new Set(bodies)).toEqual(new Set([`${EVENTS.join('')}data: [DONE]\n\n`]));
  expect(await first.host.ended).toBe(0);
  expect(first.host.stderr()).toBe('');

  const second = await start();
  const ids = await eventually(async () => {
    const found = await second.logIds();
    return found.length >= 201 && found;
  }, 20_000);
  expect(ids).toHaveLength(201);
  expect(ids).toEqual(expect.arrayContaining(chats.map(({ id }) => id)));
}, 90_000);

test('kill -9 in the middle of requests: the folder opens again and every record is whole', async () => {
  for (let round = 0; round < 3; round += 1) {
    const { host, chat, logIds, account, authorization } = await start();
    await (await chat()).body();
    for (const id of await logIds()) {
      const response = await fetch(`${account}/ai-gateway/gateways/default/logs/${id}/response`, {
        headers: { authorization },
      });
      expect([id, response.status]).toEqual([id, 200]);
    }
    const cut = Array.from({ length: 20 }, () =>
      chat()
        .then(({ body }) => body())
        .catch(() => 'cut'),
    );
    await sleep(CHUNK_MS * 3 * (round + 1));
    host.child.kill('SIGKILL');
    await Promise.all(cut);
    await host.ended;
  }
  const { logIds } = await start();
  expect((await logIds()).length).toBeGreaterThanOrEqual(3);
}, 90_000);
