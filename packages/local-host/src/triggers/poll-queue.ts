import { setTimeout as sleep } from 'node:timers/promises';
import { REGION } from '../assembly/scope.ts';
import type { Call } from '../engines/aws-json.ts';
import { describeError } from '../log.ts';
import { succeededMessages } from './batch-result.ts';
import { type ReceivedMessage, receivedSchema, toRecord } from './received-message.ts';
import { splitBySize } from './split-by-size.ts';

export interface QueuePolling {
  readonly call: Call;
  readonly queueArn: string;
  readonly queueUrl: string;
  invoke(event: unknown): Promise<unknown>;
  /** Most messages in one invocation. */
  readonly batchSize: number;
  /** How long a batch may gather after its first message. */
  readonly windowMs: number;
  /** Most invocations at once. */
  readonly concurrency: number;
  /** Whether the function's answer names the messages that failed (`ReportBatchItemFailures`). */
  readonly reportsFailures: boolean;
  log(text: string): void;
}

/** SQS gives out at most ten messages a call and waits at most 20 s. */
const RECEIVE_MOST = 10;
const WAIT_MOST_SECONDS = 20;

/** With this much in hand the next message would hardly fit the event. */
const GATHER_BYTES = 5 * 1024 * 1024;

const PAUSE_AFTER_ERROR_MS = 1_000;

/**
 * Receives messages, gathers them into batches and invokes the function, as Lambda's event source mapping does: what
 * succeeded is deleted, what failed comes back when its visibility timeout ends, and goes where the queue's redrive
 * policy says after enough attempts.
 * @returns stops: a batch that has been received is still carried out, then nothing is received any more.
 */
export function pollQueue(polling: QueuePolling): () => Promise<void> {
  const stop = new AbortController();
  const { signal } = stop;
  const invocations = new Set<Promise<void>>();

  async function loop(): Promise<void> {
    while (!signal.aborted) {
      try {
        const batch = await gather(polling, signal);
        if (batch.length === 0) continue;
        for (const part of splitBySize(batch)) {
          const invocation = carryOut(polling, part).finally(() => invocations.delete(invocation));
          invocations.add(invocation);
          if (invocations.size >= polling.concurrency) await Promise.race(invocations);
        }
      } catch (error) {
        if (signal.aborted) break;
        polling.log(describeError(error));
        await sleep(PAUSE_AFTER_ERROR_MS, undefined, { signal }).catch(() => {});
      }
    }
    await Promise.all(invocations);
  }

  const done = loop();
  return async () => {
    stop.abort();
    await done;
  };
}

/** One batch: full by number, by size, or because its window is over. Empty when no message came for a while. */
async function gather(polling: QueuePolling, signal: AbortSignal): Promise<ReceivedMessage[]> {
  const batch: ReceivedMessage[] = [];
  let bytes = 0;
  let until = Number.POSITIVE_INFINITY;
  while (batch.length < polling.batchSize && bytes < GATHER_BYTES && !signal.aborted) {
    const left = until - Date.now();
    if (left <= 0) break;
    const received = await receive(polling, Math.min(left / 1000, WAIT_MOST_SECONDS), batch.length, signal);
    if (batch.length === 0) {
      if (received.length === 0) break;
      until = Date.now() + polling.windowMs;
    }
    for (const message of received) {
      batch.push(message);
      bytes += Buffer.byteLength(message.Body);
    }
  }
  return batch;
}

/** @param gathered messages that the batch holds already: with some in hand, a stop is an early end and no error. */
async function receive(
  polling: QueuePolling,
  waitSeconds: number,
  gathered: number,
  signal: AbortSignal,
): Promise<ReceivedMessage[]> {
  const input = {
    QueueUrl: polling.queueUrl,
    MaxNumberOfMessages: Math.min(RECEIVE_MOST, polling.batchSize - gathered),
    WaitTimeSeconds: Math.floor(waitSeconds),
    MessageSystemAttributeNames: ['All'],
    AttributeNames: ['All'],
    MessageAttributeNames: ['All'],
  };
  try {
    const answer = await polling.call('ReceiveMessage', input, signal);
    const messages = receivedSchema.parse(answer).Messages;
    // SQS waits whole seconds; the rest of a window passes here instead of in a burst of empty calls.
    if (messages.length === 0 && waitSeconds < 1) await sleep(waitSeconds * 1000, undefined, { signal });
    return messages;
  } catch (error) {
    if (signal.aborted) return [];
    throw error;
  }
}

async function carryOut(polling: QueuePolling, batch: readonly ReceivedMessage[]): Promise<void> {
  try {
    const Records = batch.map((message) => toRecord(message, polling.queueArn, REGION));
    const result = await polling.invoke({ Records });
    await remove(polling, succeededMessages(batch, result, polling.reportsFailures));
  } catch (error) {
    polling.log(`a batch of ${batch.length} failed: ${describeError(error)}`);
  }
}

async function remove({ call, queueUrl }: QueuePolling, messages: readonly ReceivedMessage[]): Promise<void> {
  for (let from = 0; from < messages.length; from += RECEIVE_MOST) {
    const Entries = messages
      .slice(from, from + RECEIVE_MOST)
      .map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await call('DeleteMessageBatch', { QueueUrl: queueUrl, Entries });
  }
}
