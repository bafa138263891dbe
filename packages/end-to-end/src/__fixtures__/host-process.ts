import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.ts';

const ENTRY = fileURLToPath(new URL('./run-host.ts', import.meta.url));

export interface HostProcess {
  readonly baseUrl: string;
  readonly account: string;
  readonly token: string;
  readonly stderr: () => string;
  /** Ends it and waits until it is gone. Returns its exit code, or null when a signal ended it. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

const running = new Set<ChildProcess>();

/** The host as `npm start` runs it, in a process of its own; resolves when it is ready. */
export async function startHostProcess(
  dataDir: string,
  environment: Readonly<Record<string, string>>,
): Promise<HostProcess> {
  const ready = join(dataDir, 'local.json');
  await rm(ready, { force: true });
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ENTRY], {
    env: { PATH: process.env.PATH, PORT: '0', WEIR_DATA: dataDir, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  running.add(child);
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = once(child, 'exit').then(([code]): number | null => {
    running.delete(child);
    return code;
  });
  const local = await eventually(
    'the host to be ready',
    async () => {
      if (child.exitCode !== null) throw new Error(`the host ended: ${stderr}`);
      try {
        return JSON.parse(await readFile(ready, 'utf8'));
      } catch {
        // Not there yet, or half written.
        return null;
      }
    },
    60_000,
  );
  return {
    baseUrl: local.base_url,
    account: local.account_id,
    token: local.api_token,
    stderr: () => stderr,
    end(signal) {
      child.kill(signal);
      return ended;
    },
  };
}

/** Ends what a failed test left behind. */
export function killHostProcesses(): void {
  for (const child of running) child.kill('SIGKILL');
}
