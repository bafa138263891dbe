import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { RecordSink, RequestRecord } from '@weir/core';
import type { ClientOptions } from '../aws/client-settings.ts';
import type { BucketWriter } from '../bucket/bucket.ts';
import { GroupCommit, type GroupLimits } from './group-commit.ts';
import { hasLongBody, packBodies } from './packed-bodies.ts';
import { LARGEST_MESSAGE, objectKey, pointerText, recordText, type SetAside } from './record-message.ts';
import { type QueueMessage, RecordQueue, type SendVerdict } from './record-queue.ts';

const compress = promisify(gzip);

/** SendMessageBatch: ten messages, 1 MiB in all. */
const LIMITS: GroupLimits = { entries: 10, bytes: 1024 * 1024, linger: 10 };
/** Waits before a message that the queue failed to take is sent again. Milliseconds. */
const PAUSES = [100, 400] as const;

const BODIES_LOST =
  'The bodies were not kept: they are too large for the queue, and the bucket did not take them.';

export interface RecordSinkOptions {
  readonly queueUrl: string;
  /** Called when the first record needs the bucket, so that the S3 client is loaded only then. */
  readonly loadBucket: () => Promise<BucketWriter>;
  /** What the environment does not say about the queue's service. */
  readonly connection?: ClientOptions;
  /**
   * Whether other requests are open in this process, so that their records may share a call. Where one request runs
   * at a time it is always false, and every record is sent at once.
   */
  readonly expectMore?: () => boolean;
  /** Takes the line of a record that neither queue nor bucket took. */
  readonly writeLine?: (line: string) => void;
}

/** Records through SQS, up to ten a call; the bucket for those that are too large or that the queue refuses. */
class SqsRecordSink implements RecordSink {
  readonly #queue: RecordQueue;
  readonly #group: GroupCommit<QueueMessage, SendVerdict>;
  readonly #loadBucket: () => Promise<BucketWriter>;
  readonly #writeLine: (line: string) => void;

  constructor({
    queueUrl,
    loadBucket,
    connection = {},
    expectMore = () => false,
    writeLine = (line) => process.stderr.write(`${line}\n`),
  }: RecordSinkOptions) {
    this.#queue = new RecordQueue(queueUrl, connection);
    this.#group = new GroupCommit({
      limits: LIMITS,
      expectMore,
      commit: (messages) => this.#queue.send(messages),
    });
    this.#loadBucket = loadBucket;
    this.#writeLine = writeLine;
  }

  async put(record: RequestRecord): Promise<void> {
    const reasons: string[] = [];
    let message: QueueMessage | null = null;
    try {
      message = await this.#messageFor(record);
      if (await this.#queued(message, reasons)) return;
    } catch (error) {
      reasons.push(String(error));
    }
    try {
      await this.#setAside('spill', record);
      return;
    } catch (error) {
      reasons.push(String(error));
    }
    // The bucket takes nothing, and the queue was not asked. A line of megabytes is cut by whoever collects lines.
    if (message === null && (await this.#queued(asMessage(recordText(withoutBodies(record))), reasons)))
      this.#writeLine(
        JSON.stringify({ level: 'error', event: 'bodies-not-stored', reasons, record: record.id }),
      );
    else this.#writeLine(JSON.stringify({ level: 'error', event: 'record-not-stored', reasons, record }));
  }

  async #messageFor(record: RequestRecord): Promise<QueueMessage> {
    if (bodyBytes(record) <= LARGEST_MESSAGE) {
      const whole = asMessage(recordText(hasLongBody(record) ? await packBodies(record) : record));
      if (whole.bytes <= LARGEST_MESSAGE) return whole;
    }
    return asMessage(pointerText(await this.#setAside('handoff', record)));
  }

  async #queued(message: QueueMessage, reasons: string[]): Promise<boolean> {
    let verdict = await this.#group.send(message);
    for (const pause of PAUSES) {
      if (verdict.kind !== 'failed' && verdict.kind !== 'unanswered') break;
      reasons.push(verdict.reason);
      await sleep(pause * (0.5 + Math.random() / 2));
      // A queue that is too busy to answer must not get ten calls in the place of one.
      verdict = verdict.kind === 'unanswered' ? await this.#group.send(message) : await this.#alone(message);
    }
    if (verdict.kind === 'queued') return true;
    reasons.push(verdict.reason);
    return false;
  }

  async #alone(message: QueueMessage): Promise<SendVerdict> {
    const [verdict] = await this.#queue.send([message]);
    return verdict ?? { kind: 'failed', reason: 'the queue gave no verdict' };
  }

  /** @returns the object's key. */
  async #setAside(prefix: SetAside, record: RequestRecord): Promise<string> {
    const bucket = await this.#loadBucket();
    const key = objectKey(prefix, record);
    await bucket.put(key, await compress(JSON.stringify(record)));
    return key;
  }
}

/** Unpacked, because that is what the consumer works on: it takes several messages at once. */
const bodyBytes = ({ requestBody, responseBody }: RequestRecord) =>
  Buffer.byteLength(requestBody?.data ?? '') + Buffer.byteLength(responseBody?.data ?? '');

const withoutBodies = (record: RequestRecord): RequestRecord => ({
  ...record,
  warnings: [...record.warnings, BODIES_LOST],
  requestBody: null,
  responseBody: null,
});

function asMessage(text: string): QueueMessage {
  return { text, bytes: Buffer.byteLength(text) };
}

/** Where finished records go. One per process. */
export const createRecordSink = (options: RecordSinkOptions): RecordSink => new SqsRecordSink(options);
