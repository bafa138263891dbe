import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Unsupported } from './assembly/unsupported.ts';
import { FolderDamaged, FolderUnusable } from './data/data-folder.ts';
import { writeLocalJson } from './data/local-json.ts';
import { FolderInUse } from './engines/engines.ts';
import { errorCode } from './error-code.ts';
import { currentInvocation } from './functions/running-invocation.ts';
import { describeError, logToStderr } from './log.ts';
import { readyMessage } from './ready-message.ts';
import { hostSettings, InvalidSettings } from './settings.ts';
import { type LocalHost, startLocalHost } from './start-local-host.ts';

const ASSEMBLY = fileURLToPath(new URL('../../../infra/cdk.out', import.meta.url));

/** One Ctrl-C arrives twice under npm: from the terminal, and from npm, which passes it on. */
const SAME_KEY_MS = 1_000;

/**
 * Runs the synthesised template until SIGINT, SIGTERM or SIGHUP, then ends the process: the program behind `npm start`. Reads
 * `PORT`, `HOST` and `WEIR_DATA`; writes `local.json` into the data folder when everything answers.
 * @param assembly folder of the synthesised assembly; default: the one that `npm run synth` writes.
 */
export async function main(assembly: string = ASSEMBLY): Promise<void> {
  try {
    await run(assembly);
    // Bundles may leave timers and sockets behind, which Lambda would freeze.
    process.exit(0);
  } catch (error) {
    logToStderr('host', explain(error));
    process.exit(1);
  }
}

const SAID_IN_ONE_SENTENCE = [Unsupported, FolderInUse, FolderUnusable, FolderDamaged, InvalidSettings];

/** What the operator can put right is said without a stack. */
function explain(error: unknown): string {
  for (const type of SAID_IN_ONE_SENTENCE) if (error instanceof type) return error.message;
  const address = /^(listen|getaddrinfo) /.exec(error instanceof Error ? error.message : '');
  if (!address) return describeError(error);
  const isPort = ['EADDRINUSE', 'EACCES'].includes(errorCode(error) ?? '');
  return `${String(error)}. Set ${isPort ? 'PORT to another one' : 'HOST to an address of this machine'}.`;
}

async function run(assembly: string): Promise<void> {
  const { port, host, dataDir } = hostSettings(process.env);
  const stop = stopRequested();
  outliveFunctions();
  outliveReaders();
  const folder = resolve(dataDir);
  const environment = { ...process.env };
  const running = await startLocalHost({ assembly, dataDir: folder, port, host, environment });
  await writeLocalJson(folder, running);
  process.stdout.write(readyMessage(running));
  try {
    await Promise.race([stop, running.ended]);
  } finally {
    await shutDown(running);
  }
}

/**
 * An error that a function lets escape ends that function's process on AWS, and its request with it. Here the process is
 * everybody's, so it goes on, and only the invocation that the error came from ends.
 */
function outliveFunctions(): void {
  const endInvocation = (error: unknown) => {
    const invocation = currentInvocation();
    if (invocation?.crash(error)) return;
    logToStderr(invocation?.functionName ?? 'host', `nobody caught this: ${describeError(error)}`);
  };
  process.on('unhandledRejection', endInvocation);
  process.on('uncaughtException', endInvocation);
}

/** Whoever read what the host prints may go before it does: a closed pipe is no reason to end, or to complain into it. */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

async function shutDown(running: LocalHost): Promise<void> {
  process.stdout.write('Stopping: requests under way may finish. Ctrl-C again stops at once.\n');
  const began = Date.now();
  process.on('SIGINT', () => {
    if (Date.now() - began > SAME_KEY_MS) process.exit(130);
  });
  await running.stop();
}

/**
 * Resolves at the first SIGINT or SIGTERM, or when the terminal is closed, also when that comes while the host still
 * starts; later ones do nothing.
 */
function stopRequested(): Promise<void> {
  return new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => done());
  });
}
