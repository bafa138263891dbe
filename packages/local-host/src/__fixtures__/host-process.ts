import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.ts';

const ENTRY = fileURLToPath(new URL('./run-host.ts', import.meta.url));

export interface HostProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Resolves with the base URL once the ready message is there. */
  readonly ready: Promise<string>;
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  stdout(): string;
  stderr(): string;
  /** Signals the whole process group of a host that leads one, as Ctrl-C at a terminal does. */
  signalGroup(signal: NodeJS.Signals): void;
}

const started = new Set<ChildProcess>();

/**
 * The host as `npm start` runs it, in a process of its own.
 * @param leadsGroup with a process group of its own.
 */
export function hostProcess(
  assembly: string,
  dataDir: string,
  environment: Record<string, string> = {},
  leadsGroup = false,
): HostProcess {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ENTRY, assembly], {
    env: { PATH: process.env.PATH, PORT: '0', WEIR_DATA: dataDir, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: leadsGroup,
  });
  started.add(child);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = once(child, 'exit').then(([code, signal]) => {
    started.delete(child);
    return signal ?? code;
  });
  const ready = eventually(() => {
    if (child.exitCode !== null) throw new Error(`the host ended: ${stderr}`);
    return /base URL +(\S+)/.exec(stdout)?.[1];
  }, 20_000);
  ready.catch(() => {});
  const pid = child.pid ?? 0;
  return {
    child,
    pid,
    ready,
    ended,
    stdout: () => stdout,
    stderr: () => stderr,
    signalGroup: (signal) => process.kill(-pid, signal),
  };
}

/** Ends what a failed test left behind. */
export function killStarted(): void {
  for (const child of started) child.kill('SIGKILL');
}

/** Process ids of the direct children of a process. */
export function childrenOf(pid: number): number[] {
  return execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([child, parent]) => (parent === pid && child ? [child] : []));
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
