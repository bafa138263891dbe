import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A store's engine in a process of its own, so that a test can take it away. */
export interface EngineProcess {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
  /** Keeps connections open and answers nothing, until {@link thaw}. */
  freeze(): void;
  thaw(): void;
  /** Ends the engine; its contents are gone. */
  stop(): Promise<void>;
}

/**
 * Runs a program that prints its port as its first line and ends when its standard input does, so that it ends with
 * the test process, however that ends.
 */
export async function startEngine(program: URL): Promise<EngineProcess> {
  const child = spawn(process.execPath, [fileURLToPath(program)], {
    env: {},
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const port = await Promise.race([
    once(lines, 'line').then(([line]) => Number(line)),
    exited.then(([code]) => Promise.reject(new Error(`the engine ended at its start with ${code}`))),
  ]);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
