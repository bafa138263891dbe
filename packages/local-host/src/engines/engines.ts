import { fork } from 'node:child_process';
import { once } from 'node:events';
import { AWS_ACCOUNT, REGION } from '../assembly/scope.ts';
import { FolderDamaged } from '../data/data-folder.ts';
import { type EngineEndpoints, engineMessage, type HostMessage } from './messages.ts';

/** The engines end by themselves well before this unless their event loop is stuck. */
const KILL_AFTER_MS = 10_000;

export interface RunningEngines {
  readonly endpoints: EngineEndpoints;
  /** Process id of the one engine process. */
  readonly pid: number;
  /** Settles when the process has ended: resolves after {@link stop}, rejects when it ended by itself. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** The folder belongs to another host that runs. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';

  constructor(folder: string) {
    super(`Another local host uses ${folder}. Stop it, or set WEIR_DATA to another folder.`);
  }
}

/**
 * Starts the engine process on `folder` and waits until everything in it answers.
 * @param lockWaitMs time for the engines of a host that was killed a moment ago to let go of the folder.
 * @throws {FolderInUse}
 * @throws {FolderDamaged} when an engine cannot work with what is in the folder.
 */
export async function startEngines(folder: string, lockWaitMs: number): Promise<RunningEngines> {
  const child = fork(new URL('./engine-process.ts', import.meta.url), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // Ctrl-C reaches the whole group of the host, also while this process cannot know yet that it should outlive it.
    detached: process.platform !== 'win32',
  });
  let stopAsked = false;
  const ended = once(child, 'exit').then(([code, signal]) => {
    if (!stopAsked) throw new Error(`The embedded engines ended unexpectedly (${signal ?? `exit ${code}`}).`);
  });
  // Whoever starts the host watches `ended` later; until then a failure shows in what follows.
  ended.catch(() => {});
  // Whom nothing can be told any more has ended.
  const tell = (message: HostMessage) => child.send(message, () => {});
  const stop = async () => {
    stopAsked = true;
    const timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
    if (child.connected) tell({ type: 'stop' });
    await ended;
    clearTimeout(timer);
  };
  tell({ type: 'start', folder, region: REGION, accountId: AWS_ACCOUNT, lockWaitMs });
  const [received] = await Promise.race([
    once(child, 'message'),
    ended.then(() => [{ type: 'failed', reason: 'The embedded engines did not start.' }]),
  ]);
  const message = engineMessage.parse(received);
  switch (message.type) {
    case 'ready':
      return { endpoints: message.endpoints, pid: child.pid ?? 0, ended, stop };
    case 'locked':
      await stop();
      throw new FolderInUse(folder);
    case 'failed':
      await stop();
      throw new FolderDamaged(folder, message.reason.split('\n', 1).join(''), message.reason);
  }
}
