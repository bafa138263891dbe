import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { repository } from './run-tool.ts';

/** What `npm ci` leaves behind, after a while: the pinned Node, the list of what is installed, and here a note of the call. */
const NPM = `
  import { appendFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
  appendFileSync('calls', process.argv.slice(2).join(' ') + '\\n');
  await new Promise((done) => setTimeout(done, 500));
  mkdirSync('node_modules/node/bin', { recursive: true });
  symlinkSync(process.execPath, 'node_modules/node/bin/node');
  writeFileSync('node_modules/.package-lock.json', '{"packages":{}}');
`;

/** `NODE_ENV=production` would leave out the very Node that everything runs on. */
const INSTALL = 'ci --include=dev --include=optional --loglevel=error\n';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'weir-install-'));
  await mkdir(join(root, 'scripts'));
  await copyFile(
    join(repository, 'scripts/ensure-installed.mjs'),
    join(root, 'scripts/ensure-installed.mjs'),
  );
  await writeFile(join(root, 'package-lock.json'), '{"packages":{}}');
  await writeFile(join(root, 'npm.mjs'), NPM);
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

const SCRIPT = [process.execPath, 'scripts/ensure-installed.mjs'] as const;

async function ensureInstalled([command, ...args]: readonly [string, ...string[]] = SCRIPT) {
  const env = { PATH: process.env.PATH, npm_execpath: join(root, 'npm.mjs') };
  const script = spawn(command, args, { cwd: root, env });
  const [[code], said] = await Promise.all([once(script, 'exit'), text(script.stdout)]);
  return { code, said };
}

const calls = () => readFile(join(root, 'calls'), 'utf8');

test('it installs once, and has nothing to say about it the next time', async () => {
  expect(await ensureInstalled()).toEqual({ code: 0, said: expect.stringContaining('not installed yet') });
  expect(await ensureInstalled()).toEqual({ code: 0, said: '' });
  expect(await calls()).toBe(INSTALL);
  expect(existsSync(join(root, '.installing'))).toBe(false);
});

test('of several at once one installs, and the others wait for it', async () => {
  const ended = await Promise.all([ensureInstalled(), ensureInstalled(), ensureInstalled()]);
  expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(await calls()).toBe(INSTALL);
  expect(ended.filter(({ said }) => said.includes('Waiting for another install'))).toHaveLength(2);
});

test('one that was killed while it installed holds nobody up', async () => {
  const killed = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(killed, 'exit');
  await writeFile(join(root, '.installing'), String(killed.pid));
  expect((await ensureInstalled()).code).toBe(0);
  expect(await calls()).toBe(INSTALL);
});

test('nor does one that was killed with a whole container, in the next of which this process has its id', async () => {
  const inItsPlace = 'echo $$ > .installing && exec "$0" "$@"';
  expect((await ensureInstalled(['sh', '-c', inItsPlace, ...SCRIPT])).code).toBe(0);
  expect(await calls()).toBe(INSTALL);
});
