import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

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

/** The engine ends with the test process, however that ends: its standard input closes. */
const END_WITH_PARENT = `process.stdin.on('end', () => process.exit()).resume();`;

/**
 * Runs a program that prints its port as its first line.
 *
 * @param program an ES module's text; bare imports resolve from this package.
 */
export async function startEngine(program: string): Promise<EngineProcess> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', `${END_WITH_PARENT}\n${program}`], {
    cwd: import.meta.dirname,
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
