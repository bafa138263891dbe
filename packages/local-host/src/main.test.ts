import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type Scratch, scratchFolder, writeAssembly } from './__fixtures__/assembly.ts';
import { DEPLOYED_SHAPE } from './__fixtures__/deployed-shape.ts';
import { eventually } from './__fixtures__/eventually.ts';
import {
  childrenOf,
  type HostProcess,
  hostProcess,
  isAlive,
  killStarted,
} from './__fixtures__/host-process.ts';
import { json, open, send } from './__fixtures__/raw-http.ts';

let assemblies: Scratch;
let assembly: string;
let scratch: Scratch;
let dataDir: string;

beforeAll(async () => {
  assemblies = await scratchFolder();
  assembly = await writeAssembly(assemblies.folder, DEPLOYED_SHAPE);
});

afterAll(async () => {
  await assemblies[Symbol.asyncDispose]();
});

beforeEach(async () => {
  scratch = await scratchFolder();
  dataDir = join(scratch.folder, 'data');
});

afterEach(async () => {
  killStarted();
  await scratch[Symbol.asyncDispose]();
});

const start = (environment?: Record<string, string>) => hostProcess(assembly, dataDir, environment);

async function localJson(): Promise<Record<string, string>> {
  return JSON.parse(await readFile(join(dataDir, 'local.json'), 'utf8'));
}

/** The engine process of a running host. */
async function enginesOf(host: HostProcess): Promise<number> {
  return eventually(() => childrenOf(host.pid)[0]);
}

const record = async (baseUrl: string, id: string, ms: number) =>
  (await send(baseUrl, `/record?id=${id}&ms=${ms}`)).body.toString();
const records = async (baseUrl: string) => {
  const ids: unknown = await json(send(baseUrl, '/records'));
  return (ids as string[]).toSorted();
};
const WHOLE = 'begin 0 1 2 3 4 5 6 7 8 9 end';

test('it says where it is, writes it down for its owner only, and the command it prints works', async () => {
  const host = start();
  const baseUrl = await host.ready;
  const written = await eventually(() => localJson().catch(() => null));
  expect(written).toEqual({
    base_url: baseUrl,
    dashboard_url: `${baseUrl}/`,
    account_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    api_token: expect.stringMatching(/^token-/),
  });
  expect((await stat(join(dataDir, 'local.json'))).mode & 0o777).toBe(0o600);
  expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
  for (const value of Object.values(written)) expect(host.stdout()).toContain(value);

  const command = host.stdout().slice(host.stdout().indexOf('curl '));
  const { stdout } = await promisify(execFile)('sh', ['-c', `${command.trim()} --silent --show-error`]);
  const { choices } = JSON.parse(stdout);
  expect(choices[0].message.content).toMatch(/simulated answer.*no model was called.*Hello, Weir/);
});

test('the demo provider streams chat chunks with their usage', async () => {
  const host = start();
  const baseUrl = await host.ready;
  const { account_id } = await localJson();
  const body = JSON.stringify({
    model: 'demo/x',
    stream: true,
    stream_options: { include_usage: true },
    messages: [{ role: 'user', content: [{ type: 'text', text: 'In parts' }] }],
  });
  const answer = await send(baseUrl, `/client/v4/accounts/${account_id}/ai/v1/chat/completions`, {
    method: 'POST',
    body,
  });
  expect(answer.headers['content-type']).toMatch(/^text\/event-stream/);
  const events = answer.body.toString().trim().split('\n\n');
  expect(events.at(-1)).toBe('data: [DONE]');
  const chunks = events.slice(0, -1).map((event) => JSON.parse(event.replace(/^data: /, '')));
  const text = chunks.map(({ choices }) => choices[0]?.delta?.content ?? '').join('');
  expect(text).toMatch(/simulated answer.*In parts/);
  expect(chunks.at(-1).usage).toMatchObject({ total_tokens: expect.any(Number) });
});

test('a second start on the folder has the same account, token and records', async () => {
  const first = start();
  expect(await record(await first.ready, 'one', 10)).toBe(WHOLE);
  const before = await localJson();
  first.child.kill('SIGTERM');
  expect(await first.ended).toBe(0);

  const second = start();
  const baseUrl = await second.ready;
  const { base_url: _, dashboard_url: __, ...after } = await localJson();
  expect(before).toMatchObject(after);
  expect(await records(baseUrl)).toEqual(['one']);
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s in the middle of 100 answers: all end whole, each has its record, nothing new gets in, no process stays',
  async (signal) => {
    const host = start();
    const baseUrl = await host.ready;
    const engines = await enginesOf(host);
    const ids = Array.from({ length: 100 }, (_, index) => String(index).padStart(3, '0'));
    const responses = await Promise.all(ids.map((id) => open(baseUrl, `/record?id=${id}&ms=1500`)));
    host.child.kill(signal);
    // A service manager signals every process of its service.
    if (signal === 'SIGINT') process.kill(engines, signal);
    // npm passes on what its child has already got.
    host.child.kill(signal);
    await eventually(() => host.stdout().includes('Stopping'));
    await expect(record(baseUrl, 'too late', 10)).rejects.toThrow();
    const bodies = await Promise.all(
      responses.map(async (response) => {
        let text = '';
        for await (const chunk of response) text += chunk;
        return text;
      }),
    );
    expect(new Set(bodies)).toEqual(new Set([WHOLE]));
    expect(await host.ended).toBe(0);
    expect(isAlive(engines)).toBe(false);
    expect(host.stderr()).toBe('');

    const again = start();
    expect(await records(await again.ready)).toEqual(ids);
  },
  60_000,
);

test('kill -9 leaves no engine process, and the folder opens again with every record that was stored', async () => {
  for (let round = 0; round < 3; round += 1) {
    const host = start();
    const baseUrl = await host.ready;
    const engines = await enginesOf(host);
    expect((await records(baseUrl)).length).toBe(round);
    await record(baseUrl, `round-${round}`, 10);
    await eventually(async () => (await records(baseUrl)).length === round + 1);
    const cut = open(baseUrl, '/record?id=cut&ms=5000').then((response) =>
      response.resume().on('error', () => {}),
    );
    await cut;
    host.child.kill('SIGKILL');
    expect(await host.ended).toBe('SIGKILL');
    await eventually(() => !isAlive(engines));
  }
}, 60_000);

test('a start right behind a kill -9 waits for the old engines and goes on', async () => {
  const first = start();
  await first.ready;
  first.child.kill('SIGKILL');
  const second = start();
  await second.ready;
});

test('a second host on the folder is refused in one sentence and harms nothing', async () => {
  const first = start();
  const baseUrl = await first.ready;
  const second = start();
  expect(await second.ended).toBe(1);
  expect(second.stderr()).toBe(
    `[host] Another local host uses ${dataDir}. Stop it, or set WEIR_DATA to another folder.\n`,
  );
  expect(await record(baseUrl, 'one', 10)).toBe(WHOLE);
  expect(await localJson()).toMatchObject({ base_url: baseUrl });
});

test('engines that end by themselves end the host with an error', async () => {
  const host = start();
  await host.ready;
  process.kill(await enginesOf(host), 'SIGKILL');
  expect(await host.ended).toBe(1);
  expect(host.stderr()).toContain('The embedded engines ended unexpectedly (SIGKILL).');
});

test('an error that a function lets escape ends its own request and nothing else', async () => {
  const host = start();
  const baseUrl = await host.ready;
  const others = Promise.all(['a', 'b'].map((id) => record(baseUrl, id, 500)));
  expect((await send(baseUrl, '/crash?when=before')).status).toBe(502);
  await expect(send(baseUrl, '/crash?when=between')).rejects.toThrow();
  await expect(send(baseUrl, '/crash?when=rejection')).rejects.toThrow();
  expect((await send(baseUrl, '/crash?when=after')).body.toString()).toBe('begin');
  expect(await others).toEqual([WHOLE, WHOLE]);
  const reports = await eventually(() => {
    const lines = host.stderr().split('\n');
    const found = lines.filter((line) => /^\[Crasher\] .*(nobody|caused by Error: escaped)/.test(line));
    return found.length >= 7 && found;
  });
  expect(reports.filter((line) => line.includes("on AWS it ends the function's process"))).toHaveLength(3);
});

test('a second Ctrl-C ends the host at once, and the engines with it', async () => {
  const host = start();
  const baseUrl = await host.ready;
  const engines = await enginesOf(host);
  (await open(baseUrl, '/record?id=slow&ms=20000')).on('error', () => {}).resume();
  host.child.kill('SIGINT');
  await eventually(() => host.stdout().includes('Stopping'));
  await sleep(1_100);
  host.child.kill('SIGINT');
  expect(await host.ended).toBe(130);
  await eventually(() => !isAlive(engines));
});

test.each([
  ['PORT', 'many'],
  ['PORT', '70000'],
  ['PORT', ''],
  ['HOST', ''],
])('%s=%j is refused by name', async (name, value) => {
  const host = start({ [name]: value });
  expect(await host.ended).toBe(1);
  expect(host.stderr()).toMatch(new RegExp(`^\\[host\\] .*\\n\\[host\\] .*at ${name}\\n$`));
});

test('keys of providers in the environment become the platform’s at every start, and are never printed', async () => {
  const keys = async () => {
    const { SecretString } = JSON.parse(await readFile(join(dataDir, 'secrets/PlatformKeys.json'), 'utf8'));
    return JSON.parse(SecretString);
  };
  const first = start({ OPENAI_API_KEY: 'sk-first', XAI_API_KEY: 'xai-key', ANTHROPIC_API_KEY: '' });
  await first.ready;
  expect(await keys()).toEqual({ openai: 'sk-first', grok: 'xai-key' });
  expect(first.stdout() + first.stderr()).not.toMatch(/sk-first|xai-key/);
  first.child.kill('SIGTERM');
  await first.ended;
  await start({ ANTHROPIC_API_KEY: 'sk-second' }).ready;
  expect(await keys()).toEqual({ anthropic: 'sk-second' });
});
