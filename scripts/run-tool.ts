import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, realpathSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

export const repository = resolve(import.meta.dirname, '..');
const tools = join(repository, 'node_modules/.bin');

/** The pinned Node comes first for whatever a tool starts in turn, and nobody phones home. */
const environment = {
  ...process.env,
  PATH: `${tools}${delimiter}${process.env.PATH ?? ''}`,
  TURBO_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
};

/** The script behind an installed command. @throws when it is not installed. */
export function toolPath(name: string): string {
  const link = join(tools, name);
  if (!existsSync(link)) throw new Error(`${name} is not installed. Run "npm ci".`);
  return realpathSync(link);
}

const isPosix = process.platform !== 'win32';

/**
 * Runs an installed tool on this very Node, its output going to ours. Resolves with its exit code. A signal that asks
 * us to end meanwhile ends the tool first, with all that it started, and then us.
 */
export async function runTool(
  name: string,
  args: readonly string[],
  nodeOptions: readonly string[] = [],
): Promise<number> {
  const child = spawn(process.execPath, [...nodeOptions, toolPath(name), ...args], {
    cwd: repository,
    env: environment,
    stdio: 'inherit',
    // A group of its own can be signalled as a whole: some tools do not pass a signal on to the program they wrap.
    detached: isPosix,
  });
  let asked: NodeJS.Signals | null = null;
  const stop = (signal: NodeJS.Signals) => {
    asked = signal;
    if (child.pid !== undefined) process.kill(isPosix ? -child.pid : child.pid, signal);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  const [code] = await once(child, 'exit');
  process.off('SIGINT', stop).off('SIGTERM', stop);
  // A tool may end with 0 after a signal; whoever called us must not go on.
  if (asked !== null) process.exit(128 + constants.signals[asked]);
  return code ?? 1;
}
