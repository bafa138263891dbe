import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Place, place } from './cores.ts';
import type { ProbeAnswers, ProbeQuestion } from './probe.ts';

const PROBE = fileURLToPath(new URL('./probe.ts', import.meta.url));
const STOP_GRACE_MS = 15_000;

export interface ChildOptions {
  /** Script and its arguments. */
  readonly arguments: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Preload the probe, so that `ask` works. */
  readonly probed?: boolean;
}

/** A Node process of the benchmark's own version that talks JSON over its channel. Its output is kept for errors. */
export class Child {
  readonly #process: ChildProcess;
  #output = '';
  #nextId = 1;
  readonly #announcement: Promise<unknown>;
  readonly #announce: (ready: unknown) => void;
  readonly #waiting = new Map<number, (answer: unknown) => void>();

  constructor(options: ChildOptions) {
    const flags = options.probed ? ['--import', PROBE] : [];
    this.#process = spawn(process.execPath, [...flags, ...options.arguments], {
      cwd: options.cwd,
      env: { ...process.env, ...options.env, ...(options.probed ? { WEIR_BENCH_PROBE: '1' } : {}) },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'json',
    });
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.#announcement = promise;
    this.#announce = resolve;
    const stopWithParent = () => this.#process.kill('SIGKILL');
    process.once('exit', stopWithParent);
    this.#process.once('exit', () => process.off('exit', stopWithParent));
    const keep = (data: Buffer) => {
      this.#output = (this.#output + data.toString('utf8')).slice(-20_000);
    };
    this.#process.stdout?.on('data', keep);
    this.#process.stderr?.on('data', keep);
    this.#process.on('message', (message: { id?: number; answer?: unknown; ready?: unknown }) => {
      if (message.ready !== undefined) this.#announce(message.ready);
      if (message.id === undefined) return;
      this.#waiting.get(message.id)?.(message.answer);
      this.#waiting.delete(message.id);
    });
  }

  /** What the process announced as `{ ready }`. @throws when it ends before. */
  async announced(): Promise<unknown> {
    const ended = once(this.#process, 'exit').then(() => {
      throw new Error(`the process ended early:\n${this.#output}`);
    });
    return Promise.race([this.#announcement, ended]);
  }

  /** The last of what the process wrote to either stream. */
  get output(): string {
    return this.#output;
  }

  get hasExited(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  /** The process itself; what it has started already stays where it is. */
  place(where: Place): boolean {
    return this.#process.pid !== undefined && place(this.#process.pid, where);
  }

  ask<Question extends ProbeQuestion>(question: Question): Promise<ProbeAnswers[Question]> {
    return this.request({ probe: question }) as Promise<ProbeAnswers[Question]>;
  }

  /** Sends a message and resolves with the answer that carries its id. @throws when the process ends before. */
  request(message: object): Promise<unknown> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const gone = () => reject(new Error(`the process ended early:\n${this.#output}`));
      if (this.hasExited) return gone();
      this.#process.once('exit', gone);
      this.#waiting.set(id, (answer) => {
        this.#process.off('exit', gone);
        resolve(answer);
      });
      this.#process.send({ ...message, id });
    });
  }

  /** SIGTERM, and SIGKILL when that was not heard. */
  async stop(): Promise<void> {
    if (this.hasExited) return;
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    const force = setTimeout(() => this.#process.kill('SIGKILL'), STOP_GRACE_MS);
    await exited;
    clearTimeout(force);
  }
}

/** Resolves once `check` does, trying until then. @throws when the process ends or a minute passes. */
export async function untilReady<Result>(child: Child, check: () => Promise<Result>): Promise<Result> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (child.hasExited || Date.now() > deadline) {
        throw new Error(`not ready: ${String(error)}\n${child.output}`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
