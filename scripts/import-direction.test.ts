import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { repository, toolPath } from './run-tool.ts';

/** A repository in small: every file that should be refused is, and says by which rule. */
const ALLOWED = {
  'packages/core/src/index.ts': "export * from './ids.ts';\nexport * from './providers/registry.ts';",
  'packages/core/src/ids.ts': "import { createHash } from 'node:crypto';\nexport const hash = createHash;",
  'packages/core/src/form/events.ts':
    "import type { hash } from '../ids.ts';\nexport type Hash = typeof hash;",
  'packages/core/src/providers/descriptor.ts': 'export interface Descriptor { readonly slug: string }',
  'packages/core/src/providers/registry.ts':
    "import { a } from './a/descriptor.ts';\nimport { b } from './b/descriptor.ts';\nexport const all = [a, b];",
  'packages/core/src/providers/a/descriptor.ts':
    "import type { Descriptor } from '../descriptor.ts';\nimport type { Hash } from '../../form/events.ts';\nexport const a: Descriptor & { hash?: Hash } = { slug: 'a' };",
  'packages/core/src/providers/b/descriptor.ts': "export const b = { slug: 'b' };",
  'packages/core/src/dialects/x/decode.ts': 'export const decode = 1;',
  'packages/stores/src/index.ts': "import '@weir/core';\nexport const store = 1;",
  'packages/stores/src/inner.ts': 'export const inner = 1;',
  'packages/stores/src/store.test.ts': "import '@weir/testkit';",
  'packages/testkit/src/index.ts': "import '@weir/stores';",
  'packages/management/src/index.ts': "import '@weir/core';",
  'packages/handlers/src/index.ts':
    "import '@weir/core';\nimport '@weir/stores';\nimport '@weir/management';",
};

const REFUSED: Readonly<Record<string, { readonly source: string; readonly rules: readonly string[] }>> = {
  'packages/core/src/reads-files.ts': { source: "import 'node:fs';", rules: ['core-is-pure'] },
  'packages/core/src/uses-a-store.ts': {
    source: "import type { store } from '@weir/stores';\nexport type Store = typeof store;",
    rules: ['core-uses-only-itself'],
  },
  'packages/core/src/knows-a-provider.ts': {
    source: "import './providers/a/descriptor.ts';",
    rules: ['only-the-registries-know-providers'],
  },
  'packages/core/src/form/knows-a-dialect.ts': {
    source: "import '../dialects/x/decode.ts';",
    rules: ['foundations-know-nobody'],
  },
  'packages/core/src/providers/a/knows-another.ts': {
    source: "export const other = () => import('../b/descriptor.ts');",
    rules: ['providers-stand-alone'],
  },
  'packages/core/src/providers/a/knows-the-registry.ts': {
    source: "import type { all } from '../registry.ts';\nexport type All = typeof all;",
    rules: ['providers-stand-alone'],
  },
  'packages/core/src/dialects/y/decode.ts': {
    source: "export { decode } from '../x/decode.ts';",
    rules: ['dialects-stand-alone'],
  },
  'packages/stores/src/uses-a-handler.ts': {
    source: "import '@weir/handlers';",
    rules: ['stores-uses-only-core'],
  },
  'packages/stores/src/uses-the-testkit.ts': {
    source: "import '@weir/testkit';",
    rules: ['nobody-uses-tests', 'stores-uses-only-core'],
  },
  'packages/management/src/uses-a-store.ts': {
    source: "import '@weir/stores';",
    rules: ['management-uses-only-core'],
  },
  'packages/handlers/src/goes-round-the-door.ts': {
    source: "import '../../stores/src/inner.ts';",
    rules: ['through-the-door'],
  },
  'packages/local-host/src/runs-sources.ts': {
    source: "import '@weir/handlers';",
    rules: ['local-host-uses-only-core'],
  },
  'packages/log-consumer/src/leads-nowhere.ts': {
    source: "import './absent.ts';",
    rules: ['everything-resolves'],
  },
  'infra/src/uses-a-store.ts': { source: "import '@weir/stores';", rules: ['infra-uses-only-core'] },
};

const PACKAGES = ['core', 'stores', 'management', 'handlers', 'testkit'];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-imports-'));
  const refused = Object.entries(REFUSED).map(([path, { source }]) => [path, source] as const);
  for (const [path, source] of [...Object.entries(ALLOWED), ...refused]) await write(path, `${source}\n`);
  await mkdir(join(folder, 'node_modules/@weir'), { recursive: true });
  for (const name of PACKAGES) {
    await write(
      `packages/${name}/package.json`,
      JSON.stringify({ name: `@weir/${name}`, type: 'module', exports: { '.': './src/index.ts' } }),
    );
    await symlink(join(folder, 'packages', name), join(folder, 'node_modules/@weir', name));
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(path: string, source: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), source);
}

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

function violations(): Promise<readonly Violation[]> {
  const program = toolPath('depcruise');
  const config = join(repository, '.dependency-cruiser.mjs');
  const args = [program, '--config', config, '--output-type', 'json', 'packages', 'infra'];
  return new Promise((settle, fail) => {
    execFile(process.execPath, args, { cwd: folder, maxBuffer: 64e6 }, (_error, stdout, stderr) => {
      if (stdout === '') fail(new Error(stderr));
      else settle(JSON.parse(stdout).summary.violations);
    });
  });
}

test('imports that go the wrong way are refused, by the rule that was broken, and no others', async () => {
  const found = new Map<string, Set<string>>();
  for (const { from, rule } of await violations()) {
    found.set(from, (found.get(from) ?? new Set()).add(rule.name));
  }
  const expected = Object.fromEntries(Object.entries(REFUSED).map(([path, { rules }]) => [path, rules]));
  expect(Object.fromEntries([...found].map(([path, rules]) => [path, [...rules].sort()]))).toEqual(expected);
});

test('a cycle is refused', async () => {
  await write('packages/core/src/first.ts', "import './second.ts';\n");
  await write('packages/core/src/second.ts', "import './first.ts';\n");
  const cycles = (await violations()).filter(({ rule }) => rule.name === 'no-cycles');
  expect(cycles.map(({ from }) => from)).toEqual(['packages/core/src/first.ts']);
});
