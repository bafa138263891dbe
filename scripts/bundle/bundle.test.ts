import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { repository } from '../run-tool.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-bundle-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(path: string, source: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), source);
}

function node(args: readonly string[]): Promise<{ readonly ok: boolean; readonly output: string }> {
  return new Promise((settle) => {
    execFile(process.execPath, args, { cwd: folder }, (error, stdout, stderr) =>
      settle({ ok: error === null, output: stdout + stderr }),
    );
  });
}

const bundle = (name = 'f') => node([join(import.meta.dirname, '../bundle.ts'), name]);
const bundled = (file = 'f/index.mjs') => readFile(join(folder, 'dist', file), 'utf8');

/** What the bundle's handler returns, called in a process of its own. */
async function call(): Promise<unknown> {
  const url = pathToFileURL(join(folder, 'dist/f/index.mjs')).href;
  const { ok, output } = await node([
    '--input-type=module',
    '--eval',
    `const { handler } = await import(${JSON.stringify(url)}); console.log(JSON.stringify(await handler()));`,
  ]);
  if (!ok) throw new Error(output);
  return JSON.parse(output);
}

describe('imports of Node builtins', () => {
  beforeEach(async () => {
    await write(
      'src/f.ts',
      `import http, { METHODS, request } from 'node:http';
       import * as path from 'path';
       import { readFile } from 'node:fs/promises';
       import { get, once } from './from-cjs.cjs';
       export const handler = async () => {
         const later = await import('node:http');
         return {
           named: METHODS.length > 10,
           same: [http.request === request, later.request === request, later.default.request === request],
           namespace: path.posix.join('a', 'b'),
           deep: typeof readFile,
           cjs: [get === http.get, typeof once],
         };
       };`,
    );
    await write(
      'src/from-cjs.cjs',
      "const { once } = require('events');\nexports.get = require('node:http').get;\nexports.once = once;",
    );
  });

  test('work in every form: default, named, namespace, dynamic and required', async () => {
    expect(await bundle()).toMatchObject({ ok: true });
    expect(await call()).toEqual({
      named: true,
      same: [true, true, true],
      namespace: 'a/b',
      deep: 'function',
      cjs: [true, 'function'],
    });
  });

  test('are gone from the bundle', async () => {
    await bundle();
    expect(await bundled()).not.toMatch(/\bfrom\s*["']|\bimport\s*["'(]|\brequire\s*\(/);
  });

  test('read only the exports that are used, so no lazy getter loads what nobody needs', async () => {
    await bundle();
    expect(await bundled()).not.toContain('WebSocket');
  });
});

describe('lazy parts', () => {
  test('become files of their own beside the function, and load when they are called for', async () => {
    await write(
      'src/f.ts',
      "export const handler = async () => (await import('./lazy/heavy.ts')).weigh('x');",
    );
    await write(
      'src/lazy/heavy.ts',
      "import { join } from 'node:path';\nexport const weigh = (x: string) => join('heavy', x);",
    );
    expect(await bundle()).toMatchObject({ ok: true });
    expect((await readdir(join(folder, 'dist/f'))).sort()).toEqual(['heavy.mjs', 'index.mjs']);
    expect(await bundled()).not.toContain("'heavy'");
    expect(await call()).toBe('heavy/x');
  });

  test('may not share a name', async () => {
    await write(
      'src/f.ts',
      "export const handler = () => [import('./lazy/a.ts'), import('./other/lazy/a.ts')];",
    );
    await write('src/lazy/a.ts', 'export const a = 1;');
    await write('src/other/lazy/a.ts', 'export const a = 2;');
    const { ok, output } = await bundle();
    expect(ok).toBe(false);
    expect(output).toContain('give this lazy part its own name');
  });
});

describe('an AWS client', () => {
  test('finds its credentials in the environment, and carries no other way to look for them', async () => {
    await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'));
    await write(
      'src/f.ts',
      `import { SQSClient } from '@aws-sdk/client-sqs';
       export const handler = async () => {
         process.env.AWS_ACCESS_KEY_ID = 'from-the-environment';
         process.env.AWS_SECRET_ACCESS_KEY = 'x';
         return (await new SQSClient({ region: 'eu-west-1' }).config.credentials()).accessKeyId;
       };`,
    );
    expect(await bundle()).toMatchObject({ ok: true });
    expect(await call()).toBe('from-the-environment');
    const { f } = JSON.parse(await bundled('sizes.json'));
    const providers = Object.keys(f.packages).filter((name) => name.includes('credential-provider'));
    expect(providers).toEqual(['@aws-sdk/credential-provider-env']);
  });
});

describe('bundles', () => {
  test('are the same bytes for the same sources', async () => {
    await write('src/f.ts', "import { a } from './a.ts';\nexport const handler = () => a;");
    await write('src/a.ts', "export const a = 'ä';");
    await bundle();
    const first = await bundled();
    await bundle();
    expect(await bundled()).toBe(first);
  });

  test('lose what an earlier build left beside them', async () => {
    await write('src/f.ts', 'export const handler = () => 1;');
    await write('dist/f/old.mjs', '');
    await bundle();
    expect(await readdir(join(folder, 'dist/f'))).toEqual(['index.mjs']);
  });

  test('say how many bytes a cold start reads', async () => {
    await write('src/f.ts', "export const handler = () => import('./lazy/part.ts');");
    await write('src/lazy/part.ts', "export const part = 'x';");
    await bundle();
    const { f } = JSON.parse(await bundled('sizes.json'));
    expect(f).toMatchObject({
      eager: Buffer.byteLength(await bundled()),
      lazy: { part: Buffer.byteLength(await bundled('f/part.mjs')) },
    });
  });

  test('fail when they would need a module that a function does not have', async () => {
    await write('src/f.ts', "export const handler = () => import('not-installed-anywhere');");
    const { ok, output } = await bundle();
    expect(ok).toBe(false);
    expect(output).toContain('not-installed-anywhere');
  });
});
