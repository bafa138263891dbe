import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Machine, PLUGINS, type Plugin } from '@weir/local-host';

const ENTRY = fileURLToPath(new URL('./run-handler.ts', import.meta.url));

export interface HandlerProcess {
  readonly baseUrl: string;
  /** Kills it as the platform kills an environment: whatever it was doing stays undone. */
  kill(): void;
}

/** The host's plugins, and the functions that they brought to life. */
export function watchedPlugins(): { readonly plugins: readonly Plugin[]; machine(): Machine } {
  let machine: Machine | null = null;
  const plugins = PLUGINS.map((plugin) => ({
    ...plugin,
    start: (...parts: Parameters<Plugin['start']>) => {
      [, machine] = parts;
      return plugin.start(...parts);
    },
  }));
  return {
    plugins,
    machine() {
      if (!machine) throw new Error('the host has not started');
      return machine;
    },
  };
}

/** A function by its logical id. */
function functionOf(machine: Machine, name: string) {
  const found = [...machine.functions.values()].find(({ identity }) => identity.name === name);
  if (!found) throw new Error(`there is no function ${name}`);
  return found;
}

/** The environment of one function. @param name the logical id. */
export const environmentOf = (
  machine: Machine,
  name: 'Provider' | 'Unified',
): Readonly<Record<string, string>> => functionOf(machine, name).environment;

/** What the schedule does every minute, at once and as if it were later: no test waits for a reservation to expire. */
export async function sweepLedger(machine: Machine, laterMs: number): Promise<void> {
  const { now } = Date;
  Date.now = () => now() + laterMs;
  try {
    await functionOf(machine, 'Sweeper').invoke({});
  } finally {
    Date.now = now;
  }
}

/**
 * As many environments of one function beside the host's own, on the same stores.
 *
 * @param name the logical id.
 * @param changes what is different in their environment.
 */
export async function startHandlers(
  machine: Machine,
  name: 'Provider' | 'Unified',
  count: number,
  changes: Readonly<Record<string, string>> = {},
): Promise<readonly HandlerProcess[]> {
  const own = environmentOf(machine, name);
  // These tests wait on purpose; those that share the host want it to give up soon.
  const environment = { ...own, WEIR_UPSTREAM_TIMEOUT_MS: '280000', ...changes };
  return Promise.all(Array.from({ length: count }, () => startOne(environment)));
}

async function startOne(environment: Readonly<Record<string, string>>): Promise<HandlerProcess> {
  const bundle = `${environment.LAMBDA_TASK_ROOT}/index.mjs`;
  const child: ChildProcess = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', ENTRY, bundle],
    {
      env: { PATH: process.env.PATH, ...environment },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    },
  );
  const [port] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`the function's process ended with ${code}`);
    }),
  ]);
  return { baseUrl: `http://127.0.0.1:${port}`, kill: () => void child.kill('SIGKILL') };
}
