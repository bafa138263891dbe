import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { environmentCredentials } from '../../../scripts/bundle/environment-credentials.ts';
import { lazyParts } from '../../../scripts/bundle/lazy-parts.ts';
import { nodeBuiltins } from '../../../scripts/bundle/node-builtins.ts';

const ENTRY = fileURLToPath(new URL('../../../packages/handlers/src/provider.ts', import.meta.url));

export interface SourcePlace {
  readonly source: string;
  readonly line: number;
}

/** Where a position of the minified bundle comes from; line and column from 0. Null: nothing is known. */
export type FindSource = (line: number, column: number) => SourcePlace | null;

/**
 * Deployed bundles carry no source map. This makes the `provider` bundle again with one, and uses it only when the code
 * is the deployed code to the byte.
 */
export async function providerBundleSources(folder: string): Promise<FindSource> {
  const { outputFiles } = await build({
    entryPoints: [ENTRY],
    outfile: join(dirname(ENTRY), 'index.mjs'),
    plugins: [nodeBuiltins, environmentCredentials, lazyParts(new Map())],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    minify: true,
    charset: 'utf8',
    legalComments: 'none',
    sourcemap: 'external',
    sourcesContent: false,
    absWorkingDir: process.cwd(),
  });
  const code = outputFiles.find(({ path }) => path.endsWith('.mjs'))?.text;
  const map = outputFiles.find(({ path }) => path.endsWith('.map'))?.text;
  if (!map || code !== readFileSync(join(folder, 'index.mjs'), 'utf8')) return () => null;
  const sourceMap = new SourceMap(JSON.parse(map));
  return (line, column) => {
    const entry = sourceMap.findEntry(line, column);
    if (!('originalSource' in entry)) return null;
    return { source: entry.originalSource, line: entry.originalLine + 1 };
  };
}
