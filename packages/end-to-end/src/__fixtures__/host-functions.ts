import { type Machine, PLUGINS, type Plugin } from '@weir/local-host';

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
