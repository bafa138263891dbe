import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Every function, with the package whose bundle step makes it. */
const PACKAGES = {
  unified: 'handlers',
  provider: 'handlers',
  management: 'handlers',
  'first-account': 'handlers',
  prices: 'handlers',
  'log-consumer': 'log-consumer',
  sweeper: 'log-consumer',
} as const;

export type FunctionName = keyof typeof PACKAGES;

export const FUNCTION_NAMES = Object.keys(PACKAGES) as readonly FunctionName[];

/** Where a function's bundle lies below the bundle root. */
export const bundlePath = (name: FunctionName): string => join(PACKAGES[name], 'dist', name);

/** The folder that becomes the function's code. @throws when nothing has been bundled there yet, saying how to do it. */
export function bundleFolder(root: string, name: FunctionName): string {
  const folder = join(root, bundlePath(name));
  if (!existsSync(join(folder, 'index.mjs'))) {
    throw new Error(
      `The function "${name}" has no bundle in ${relative(process.cwd(), folder)}. Run "npm run bundle" first.`,
    );
  }
  return folder;
}
