/**
 * `npm run bench [-- --quick] [-- --profile]`. Installs what only the benchmark needs, builds the project, and runs the
 * benchmark on the Node that the functions run on. Needs Node 20 and npm, nothing else.
 *
 * `WEIR_DYNAMODB_LOCAL` may name the URL of an Amazon DynamoDB Local, started with `-inMemory -sharedDb`: what several
 * processes must not get wrong is then measured on it too.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bench = dirname(fileURLToPath(import.meta.url));
const root = dirname(bench);
const bin = join(root, 'node_modules', '.bin');

function run(command, args, cwd) {
  const { status } = spawnSync(command, args, {
    cwd,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` },
  });
  if (status !== 0) process.exit(status ?? 1);
}

function isInstalled() {
  const installed = join(bench, 'node_modules', '.package-lock.json');
  return (
    existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(bench, 'package-lock.json')).mtimeMs
  );
}

if (!isInstalled()) run('npm', ['ci'], bench);
run(join(bin, 'node'), [join(root, 'scripts', 'build.ts'), 'synth'], root);
run(join(bin, 'node'), [join(bench, 'src', 'main.ts'), ...process.argv.slice(2)], root);
