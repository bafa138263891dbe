/** `npm run bundle` and `npm run synth`; also the first step of `npm start` and of the tests. */
import { runTool } from './run-tool.ts';

/**
 * Bundles the functions and, unless `bundle` is all that is wanted, writes the cloud assembly to `infra/cdk.out`.
 * Unchanged parts come from the cache. Resolves with an exit code.
 */
export function build(task: 'bundle' | 'synth' = 'synth'): Promise<number> {
  return runTool('turbo', ['run', task, '--output-logs=new-only', '--log-prefix=none']);
}

if (import.meta.main) process.exitCode = await build(process.argv[2] === 'bundle' ? 'bundle' : 'synth');
