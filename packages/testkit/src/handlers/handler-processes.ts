import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ENTRY = fileURLToPath(new URL('./run-handler.ts', import.meta.url));

export interface HandlerProcess {
  readonly baseUrl: string;
  /** Kills it as the platform kills an environment: whatever it was doing stays undone. */
  kill(): void;
}

/**
 * As many environments of one function as asked for, each a process of its own.
 *
 * @param environment the function's own, as its host made it: it names the bundle and the stores.
 */
export function startHandlers(
  environment: Readonly<Record<string, string>>,
  count: number,
): Promise<readonly HandlerProcess[]> {
  // Who starts these waits on purpose; a host that tests share may be told to give up soon.
  const patient = { ...environment, WEIR_UPSTREAM_TIMEOUT_MS: '280000' };
  return Promise.all(Array.from({ length: count }, () => startOne(patient)));
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
