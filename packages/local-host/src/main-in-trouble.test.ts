/** What is wrong with the surroundings ends the host in order, and is said in one sentence. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { functionResource, type Scratch, scratchFolder, writeAssembly } from './__fixtures__/assembly.ts';
import { DEPLOYED_SHAPE } from './__fixtures__/deployed-shape.ts';
import { eventually } from './__fixtures__/eventually.ts';
import { childrenOf, hostProcess, isAlive, killStarted } from './__fixtures__/host-process.ts';
import { send } from './__fixtures__/raw-http.ts';

const ENGINES = fileURLToPath(new URL('./engines/engine-process.ts', import.meta.url));

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

test('Ctrl-C while the engines still start ends the host in order, without a complaint', async () => {
  const host = hostProcess(assembly, dataDir, {}, true);
  const engines = await eventually(() => childrenOf(host.pid)[0]);
  host.signalGroup('SIGINT');
  expect(await host.ended).toBe(0);
  expect(host.stderr()).toBe('');
  expect(isAlive(engines)).toBe(false);
});

test('a terminal that is closed stops the host in order: what is under way ends whole', async () => {
  const host = hostProcess(assembly, dataDir);
  const answer = await fetch(`${await host.ready}/record?id=one&ms=500`);
  host.child.kill('SIGHUP');
  expect(await answer.text()).toBe('begin 0 1 2 3 4 5 6 7 8 9 end');
  expect(await host.ended).toBe(0);
});

test('a host whose output nobody reads any more goes on, and still stops when it is told to', async () => {
  const host = hostProcess(assembly, dataDir);
  const baseUrl = await host.ready;
  host.child.stdout?.destroy();
  host.child.stderr?.destroy();
  expect((await send(baseUrl, '/crash?when=before')).status).toBe(502);
  expect((await send(baseUrl, '/records')).status).toBe(200);
  host.child.kill('SIGTERM');
  expect(await host.ended).toBe(0);
});

test.each([
  ['a file', (file: string) => file],
  ['below a file', (file: string) => join(file, 'data')],
])('WEIR_DATA that is %s is refused by name', async (_what, folder) => {
  const file = join(scratch.folder, 'file');
  await writeFile(file, '');
  const host = hostProcess(assembly, folder(file));
  expect(await host.ended).toBe(1);
  expect(host.stderr()).toMatch(
    /^\[host\] The folder \S+ cannot hold local state \(\w+: .*\)\. Set WEIR_DATA to one that can\.\n$/,
  );
  expect(host.stderr()).toContain(`The folder ${folder(file)} `);
});

describe('a folder that an earlier start has filled and that is damaged since is refused in one sentence', () => {
  test.each([
    [
      'the tables',
      async () => {
        const tables = join(dataDir, 'dynamodb');
        const manifest = (await readdir(tables)).find((name) => name.startsWith('MANIFEST')) ?? '';
        await writeFile(join(tables, manifest), 'damaged');
      },
    ],
    ['the queues', () => writeFile(join(dataDir, 'sqs-s3/fauxqs.db'), 'x'.repeat(5_000))],
    [
      'what custom resources answered',
      () => writeFile(join(dataDir, 'custom-resources.json'), '{"Account":'),
    ],
    ['the first token', () => rm(join(dataDir, 'secrets/FirstToken.json'))],
  ])('%s', async (_what, damage) => {
    const first = hostProcess(assembly, dataDir);
    await first.ready;
    first.child.kill('SIGTERM');
    await first.ended;
    await damage();
    const second = hostProcess(assembly, dataDir);
    expect(await second.ended).toBe(1);
    const said = second
      .stderr()
      .split('\n')
      .filter((line) => line.startsWith('[host]'));
    expect(said).toEqual([
      expect.stringMatching(
        /^\[host\] The folder \S+ is damaged \(.+\)\. Delete it to start afresh, or set WEIR_DATA to another one\.$/,
      ),
    ]);
    expect(said[0]).toContain(`The folder ${dataDir} `);
  });
});

test('a HOST that is no address of this machine is refused by name', async () => {
  // A block that is kept for documentation.
  const host = hostProcess(assembly, dataDir, { HOST: '192.0.2.1' });
  expect(await host.ended).toBe(1);
  expect(host.stderr()).toMatch(
    /^\[host\] Error: listen EADDRNOTAVAIL.* Set HOST to an address of this machine\.\n$/,
  );
});

test('base URLs that are no JSON object are refused by name', async () => {
  const host = hostProcess(assembly, dataDir, { WEIR_PROVIDER_BASE_URLS: '{openai}' });
  expect(await host.ended).toBe(1);
  expect(host.stderr()).toBe(
    '[host] WEIR_PROVIDER_BASE_URLS must be a JSON object of provider slug to base URL.\n',
  );
});

test.each([
  ['{"opnai":"https://a.example"}', 'The provider base URLs name an unknown provider: "opnai".'],
  [
    '{"openai":"a.example"}',
    'The base URL of "openai" must be an http or https URL without credentials, query or fragment.',
  ],
])('base URLs that no function could use are refused by name: %s', async (text, sentence) => {
  const host = hostProcess(assembly, dataDir, { WEIR_PROVIDER_BASE_URLS: text });
  expect(await host.ended).toBe(1);
  expect(host.stderr()).toBe(`[host] WEIR_PROVIDER_BASE_URLS: ${sentence}\n`);
});

test('a variable of the environment that a function cannot use is refused by name, with the function’s reason', async () => {
  const choosy = await writeAssembly(join(scratch.folder, 'choosy'), {
    bundles: {
      choosy: `
        if (process.env.WEIR_MODE !== 'open') throw new Error('the mode is "open".');
        export const handler = async () => {};
      `,
    },
    resources: {
      Choosy: functionResource('choosy', { Environment: { Variables: { WEIR_MODE: 'open' } } }),
    },
  });
  const host = hostProcess(choosy, dataDir, { WEIR_MODE: 'shut' });
  expect(await host.ended).toBe(1);
  expect(host.stderr()).toBe('[host] The function Choosy cannot use WEIR_MODE: the mode is "open".\n');
});

test('engines that end by themselves say why', async () => {
  const engines = fork(ENGINES, { execArgv: ['--disable-warning=ExperimentalWarning'], silent: true });
  engines.send({ type: 'no such message' });
  const [[code], said] = await Promise.all([
    once(engines, 'exit'),
    engines.stderr ? text(engines.stderr) : Promise.reject(new Error('no standard error')),
  ]);
  expect(code).toBe(1);
  expect(said).toMatch(/^\[engines\] ZodError/);
});
