/**
 * The process that holds every embedded engine, so that the stores work on a second core as they do in the cloud. It
 * lives exactly as long as the host: it stops when told to, and when the channel to the host closes for any reason.
 */

import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import dynalite from 'dynalite';
import { startFauxqs } from 'fauxqs';
import { errorCode } from '../error-code.ts';
import { describeError, logToStderr } from '../log.ts';
import { engineClient } from './aws-json.ts';
import { startDemoProvider } from './demo-provider.ts';
import { lockFolder } from './folder-lock.ts';
import { KMS_FOLDER, startKms } from './kms.ts';
import { listenOnLoopbackOnly } from './loopback-only.ts';
import { type EngineEndpoints, type EngineMessage, hostMessage, type StartMessage } from './messages.ts';
import { releaseMessages } from './release-messages.ts';
import { startSecretsManager } from './secrets-manager.ts';

/** After this an engine that does not close is left to the operating system; every write is durable already. */
const CLOSE_WITHIN_MS = 5_000;

interface Engines {
  readonly endpoints: EngineEndpoints;
  stop(): Promise<void>;
}

async function startEngines({ folder }: StartMessage): Promise<Engines> {
  const [tables, queues] = [join(folder, 'dynamodb'), join(folder, 'sqs-s3')];
  await mkdir(tables, { recursive: true, mode: 0o700 });
  await mkdir(queues, { recursive: true, mode: 0o700 });
  releaseMessages(join(queues, 'fauxqs.db'));
  const [dynamodb, sqs, secrets, kms, demo] = await Promise.all([
    startDynamoDb(tables),
    startFauxqs({ port: 0, logger: false, dataDir: queues }),
    startSecretsManager(join(folder, 'secrets')),
    startKms(join(folder, KMS_FOLDER)),
    startDemoProvider(),
  ]);
  const sqsUrl = `http://127.0.0.1:${sqs.port}`;
  return {
    endpoints: {
      dynamodb: dynamodb.baseUrl,
      sqs: sqsUrl,
      s3: sqsUrl,
      secretsManager: secrets.baseUrl,
      kms: kms.baseUrl,
      demoProvider: demo.baseUrl,
    },
    async stop() {
      await Promise.allSettled([dynamodb.stop(), sqs.stop(), secrets.stop(), kms.stop(), demo.stop()]);
    },
  };
}

async function startDynamoDb(path: string) {
  const server = dynalite({ path, createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const baseUrl = `http://127.0.0.1:${port}`;
  // The engine opens its files with the first question, and throws out of it when it cannot.
  await engineClient('dynamodb', baseUrl)('ListTables', {});
  return {
    baseUrl,
    async stop() {
      server.closeIdleConnections();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

let engines: Engines | null = null;
let stopping = false;

async function start(message: StartMessage): Promise<void> {
  // dynalite and fauxqs name their resources after these.
  process.env.AWS_REGION = message.region;
  process.env.AWS_ACCOUNT_ID = message.accountId;
  await mkdir(message.folder, { recursive: true, mode: 0o700 });
  if (!lockFolder(join(message.folder, 'lock'), message.lockWaitMs)) {
    send({ type: 'locked' });
    return;
  }
  engines = await startEngines(message);
  if (stopping) await stop();
  else send({ type: 'ready', endpoints: engines.endpoints });
}

async function stop(): Promise<void> {
  stopping = true;
  setTimeout(() => process.exit(0), CLOSE_WITHIN_MS).unref();
  await engines?.stop();
  process.exit(0);
}

function send(message: EngineMessage): void {
  if (process.connected) process.send?.(message);
}

function fail(error: unknown): void {
  send({ type: 'failed', reason: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}

listenOnLoopbackOnly();
process.on('message', (received) => {
  const message = hostMessage.parse(received);
  switch (message.type) {
    case 'start':
      start(message).catch(fail);
      return;
    case 'stop':
      stop().catch(fail);
  }
});
process.on('disconnect', () => {
  stop().catch(() => process.exit(1));
});
// A service manager signals every process of its service; the host decides when the engines may go.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('uncaughtException', (error) => {
  // dynalite throws out of its own event handler when a client goes away in the middle of a request.
  if (errorCode(error) === 'ECONNRESET') return;
  // The host is told only of a start that failed; later it sees no more than the end.
  logToStderr('engines', describeError(error));
  fail(error);
  process.exit(1);
});
