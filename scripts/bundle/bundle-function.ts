import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { environmentCredentials } from './environment-credentials.ts';
import { lazyParts } from './lazy-parts.ts';
import { nodeBuiltins } from './node-builtins.ts';

/** Sizes in bytes, as they are deployed. */
export interface BundleSizes {
  /** `index.mjs`: all that a cold start reads. */
  readonly eager: number;
  /** The parts that load on first use. */
  readonly lazy: Readonly<Record<string, number>>;
  /** What `index.mjs` is made of, by package, largest first. */
  readonly packages: Readonly<Record<string, number>>;
}

/** One file per function: parsing one is faster than resolving many, and minified code is less to parse. */
const OPTIONS = {
  bundle: true,
  write: false,
  metafile: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // The ES build of a package, where it has one, can be tree-shaken.
  mainFields: ['module', 'main'],
  minify: true,
  charset: 'utf8',
  legalComments: 'none',
  sourcemap: false,
  logLevel: 'warning',
} as const satisfies BuildOptions;

/**
 * Bundles `entry` and its lazy parts into `folder`, which is emptied first. The same sources give the same bytes.
 * @throws when the bundle would still import something at run time: a function has no `node_modules`.
 */
export async function bundleFunction(entry: string, folder: string): Promise<BundleSizes> {
  const parts = new Map<string, string>();
  const files = new Map<string, Uint8Array>();
  const index = await bundleFile(entry, parts);
  files.set('index', index.bytes);
  // A part may have parts of its own: the map grows while it is walked.
  for (const [part, source] of parts) files.set(part, (await bundleFile(source, parts)).bytes);

  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of files) await writeFile(join(folder, `${name}.mjs`), bytes);

  const lazy = [...parts.keys()].sort().map((part) => [part, files.get(part)?.byteLength ?? 0] as const);
  return {
    eager: index.bytes.byteLength,
    lazy: Object.fromEntries(lazy),
    packages: bytesByPackage(index.output),
  };
}

type Output = Metafile['outputs'][string];

async function bundleFile(
  entry: string,
  parts: Map<string, string>,
): Promise<{ readonly bytes: Uint8Array; readonly output: Output }> {
  const { outputFiles, metafile } = await build({
    ...OPTIONS,
    entryPoints: [entry],
    outfile: join(dirname(entry), 'index.mjs'),
    plugins: [nodeBuiltins, environmentCredentials, lazyParts(parts)],
  });
  const [file] = outputFiles;
  const [output] = Object.values(metafile.outputs);
  if (file === undefined || output === undefined) throw new Error(`esbuild wrote nothing for ${entry}.`);
  refuseRuntimeImports(entry, output, parts);
  return { bytes: file.contents, output };
}

function refuseRuntimeImports(entry: string, output: Output, parts: ReadonlyMap<string, string>): void {
  const left = output.imports.filter(({ path }) => !parts.has(path.replace(/^\.\/(.*)\.mjs$/, '$1')));
  if (left.length > 0) {
    throw new Error(`${entry} would import ${left.map(({ path }) => path).join(', ')} at run time.`);
  }
}

function bytesByPackage({ inputs }: Output): Record<string, number> {
  const bytes = new Map<string, number>();
  for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
    const owner = packageOf(path);
    bytes.set(owner, (bytes.get(owner) ?? 0) + bytesInOutput);
  }
  return Object.fromEntries([...bytes].filter(([, size]) => size > 0).sort(([, a], [, b]) => b - a));
}

/** `…/node_modules/@aws-sdk/core/dist-es/x.js` → `@aws-sdk/core`; `../core/src/x.ts` → `core`. */
function packageOf(path: string): string {
  const installed = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
  return installed ?? /([^/]+)\/src\//.exec(path)?.[1] ?? 'itself';
}
