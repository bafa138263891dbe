import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { repository } from './run-tool.ts';

interface LockedPackage {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Where npm looks for `name` from the package at `path`: beside it, then one folder further up each time. */
function candidates(path: string, name: string): readonly string[] {
  const levels = path === '' ? [] : path.split(/\/?node_modules\//).slice(1);
  const folders = levels.map((_, index) => levels.slice(0, levels.length - index));
  return [...folders, []].map((folder) => ['', ...folder, name].join('/node_modules/').slice(1));
}

test('the lock file names the packages of every platform, so "npm ci" works on all of them', async () => {
  const { packages } = JSON.parse(await readFile(join(repository, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, LockedPackage>>;
  };
  // npm leaves out those that its registry could not offer at the moment, and then refuses its own lock file.
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !candidates(path, name).some((candidate) => candidate in packages))
      .map(([name, version]) => `${name}@${version}`),
  );
  expect(missing).toEqual([]);
});
