/**
 * Bundles functions of the package in whose folder it runs: `node ../../scripts/bundle.ts <function>…` makes
 * `dist/<function>/index.mjs` of `src/<function>.ts`, and `dist/sizes.json` of them all.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BundleSizes, bundleFunction } from './bundle/bundle-function.ts';

const names = process.argv.slice(2);
const sizes: Record<string, BundleSizes> = {};

await mkdir('dist', { recursive: true });
for (const name of names) {
  const made = await bundleFunction(join('src', `${name}.ts`), join('dist', name));
  sizes[name] = made;
  const lazy = Object.entries(made.lazy).map(([part, bytes]) => `, ${part} ${kilobytes(bytes)}`);
  process.stdout.write(`${name}: ${kilobytes(made.eager)}${lazy.join('')}\n`);
}
await writeFile(join('dist', 'sizes.json'), `${JSON.stringify(sizes, null, 2)}\n`);

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} KB`;
}
