import { execFile } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { DeployedFunction } from '../cold-start/measure-cold-starts.ts';
import { type Spread, spread } from './statistics.ts';

const IMPORTER = fileURLToPath(new URL('../processes/import-bundle.ts', import.meta.url));
const run = promisify(execFile);

export interface BundleResult {
  readonly name: string;
  /** What a cold start loads. */
  readonly eagerBytes: number;
  /** Parts that load on first use. */
  readonly lazyBytes: number;
  /** Import of the eager file in a fresh process, ms. */
  readonly importTime: Spread;
}

export async function measureBundles(
  functions: readonly DeployedFunction[],
  rounds: number,
): Promise<readonly BundleResult[]> {
  const times = functions.map(() => [] as number[]);
  for (let round = -1; round < rounds; round += 1) {
    for (const [index, { folder, environment }] of functions.entries()) {
      const time = await importOnce(join(folder, 'index.mjs'), environment);
      if (round >= 0) times[index]?.push(time);
    }
  }
  return functions.map(({ name, folder }, index) => ({
    name,
    ...sizes(folder),
    importTime: spread(times[index] ?? []),
  }));
}

async function importOnce(path: string, environment: Readonly<Record<string, string>>): Promise<number> {
  const { stdout } = await run(process.execPath, [IMPORTER, path], {
    env: { PATH: process.env.PATH ?? '', AWS_REGION: 'eu-west-1', ...environment },
  });
  return Number(stdout);
}

function sizes(folder: string): { readonly eagerBytes: number; readonly lazyBytes: number } {
  const files = readdirSync(folder).filter((name) => name.endsWith('.mjs'));
  const size = (name: string) => statSync(join(folder, name)).size;
  const eagerBytes = size('index.mjs');
  return { eagerBytes, lazyBytes: files.reduce((sum, name) => sum + size(name), 0) - eagerBytes };
}
