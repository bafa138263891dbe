/**
 * `npm test`: everything that a change must pass, in the order in which a failure is cheapest to learn of. Static
 * checks all run even when one fails; tests need a build. Arguments go to Jest.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.ts';
import { runTool } from './run-tool.ts';

interface Section {
  readonly title: string;
  readonly run: () => Promise<number>;
}

interface JestResults {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  /** Files that failed before they had a test. */
  readonly numRuntimeErrorTestSuites: number;
}

const failures: string[] = [];

async function section({ title, run }: Section): Promise<boolean> {
  const started = performance.now();
  print(`\n── ${title} ${'─'.repeat(Math.max(0, 76 - title.length))}\n`);
  const passed = (await run()) === 0;
  if (!passed) failures.push(title);
  print(`${passed ? 'ok' : 'FAILED'} (${((performance.now() - started) / 1000).toFixed(1)} s)\n`);
  return passed;
}

await section({ title: 'format and lint', run: () => runTool('biome', ['check', '--error-on-warnings']) });
await section({ title: 'types', run: () => runTool('tsc', ['--project', '.']) });
await section({
  title: 'direction of imports',
  run: () =>
    runTool('depcruise', ['--config', '.dependency-cruiser.mjs', 'packages', 'infra/src', 'scripts']),
});
await section({ title: 'unused code', run: () => runTool('knip', []) });
const built = await section({ title: 'bundle and synthesis', run: build });
const results = built ? await test(process.argv.slice(2)) : null;

if (failures.length > 0) print(`\nFailed: ${failures.join(', ')}.\n`);
if (results) print(`\n${summary(results)}\n`);
process.exitCode = failures.length > 0 ? 1 : 0;

async function test(jestArguments: readonly string[]): Promise<JestResults | null> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-test-'));
  const outputFile = join(folder, 'results.json');
  try {
    const run = () =>
      runTool(
        'jest',
        ['--ci', '--maxWorkers=100%', '--json', `--outputFile=${outputFile}`, ...jestArguments],
        ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
      );
    await section({ title: 'tests', run });
    return JSON.parse(await readFile(outputFile, 'utf8'));
  } catch {
    // Jest died before it could write its results; the section has already failed.
    return null;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function summary(results: JestResults): string {
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  const skipped = results.numPendingTests > 0 ? `, ${results.numPendingTests} skipped` : '';
  return `${results.numPassedTests} passed, ${failed} failed${skipped}`;
}

function print(text: string): void {
  process.stdout.write(text);
}
