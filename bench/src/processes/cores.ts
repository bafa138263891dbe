import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Where a process may run. */
export type Place = 'own-core' | 'other-cores' | 'anywhere';

const COUNT = availableParallelism();
const LISTS: Readonly<Record<Place, string>> = {
  'own-core': '0',
  'other-cores': COUNT > 2 ? `1-${COUNT - 1}` : '1',
  anywhere: COUNT > 1 ? `0-${COUNT - 1}` : '0',
};

/**
 * Puts a process on cores; what it starts later inherits them. A gateway that is measured has a core of its own: else a
 * write to the engine or the client wakes the reader on the writer's core, which then waits for what it has asked for. Of
 * such a process only the main thread moves, so that the compiler's and the collector's threads stay out of its way, as they
 * do where there are cores to spare.
 *
 * @returns false where this system cannot: one core, or no `taskset`.
 */
export function place(pid: number, where: Place): boolean {
  if (COUNT < 2) return false;
  try {
    const threads = where === 'own-core' ? [] : ['--all-tasks'];
    execFileSync('taskset', [...threads, '--cpu-list', '--pid', LISTS[where], String(pid)], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}
