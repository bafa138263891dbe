import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Unsupported } from './assembly/unsupported.ts';
import { writeLocalJson } from './data/local-json.ts';
import { FolderInUse } from './engines/engines.ts';
import { errorCode } from './error-code.ts';
import { describeError, logToStderr } from './log.ts';
import { readyMessage } from './ready-message.ts';
import { hostSettings } from './settings.ts';
import { type LocalHost, startLocalHost } from './start-local-host.ts';

const ASSEMBLY = fileURLToPath(new URL('../../../infra/cdk.out', import.meta.url));

/**
 * Runs the synthesised template until SIGINT or SIGTERM, then ends the process: the program behind `npm start`. Reads
 * `PORT`, `HOST` and `WEIR_DATA`; writes `local.json` into the data folder when everything answers.
 * @param assembly folder of the synthesised assembly; default: the one that `npm run synth` writes.
 */
export async function main(assembly: string = ASSEMBLY): Promise<void> {
  try {
    await run(assembly);
    // Bundles may leave timers and sockets behind, which Lambda would freeze.
    process.exit(0);
  } catch (error) {
    // What the operator can put right is said without a stack.
    const isExpected = error instanceof Unsupported || error instanceof FolderInUse;
    if (isExpected) logToStderr('host', error.message);
    else if (errorCode(error) === 'EADDRINUSE')
      logToStderr('host', `${String(error)}. Set PORT to another one.`);
    else logToStderr('host', describeError(error));
    process.exit(1);
  }
}

async function run(assembly: string): Promise<void> {
  const { port, host, dataDir } = hostSettings(process.env);
  const stop = stopRequested();
  process.on('unhandledRejection', (error) => {
    const text = 'a promise was rejected and nobody caught it; on AWS this ends the function';
    logToStderr('host', `${text}: ${describeError(error)}`);
  });
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

async function shutDown(running: LocalHost): Promise<void> {
  process.stdout.write('Stopping: requests under way may finish. Ctrl-C again stops at once.\n');
  process.once('SIGINT', () => process.exit(130));
  await running.stop();
}

/** Resolves at the first SIGINT or SIGTERM, also when it comes while the host still starts. */
function stopRequested(): Promise<void> {
  return new Promise((done) => {
    process.once('SIGINT', () => done());
    process.once('SIGTERM', () => done());
  });
}
