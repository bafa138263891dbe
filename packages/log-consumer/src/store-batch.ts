import type { Bucket } from '@weir/stores/bucket';
import { inParallel } from '@weir/stores/logs';
import { parseMessage, type RecordMessage } from './record-message.ts';
import { describeError } from './report.ts';
import { readSetAside } from './set-aside-record.ts';
import { type RecordPorts, storeRecord } from './store-record.ts';

export interface BatchPorts extends RecordPorts {
  readonly bucket: Pick<Bucket, 'get' | 'delete'>;
}

export interface QueuedMessage {
  readonly messageId: string;
  readonly body: string;
}

/** Records in messages have less than 1 MB; those in the bucket can take 100 MB each while they are worked on. */
const AT_ONCE = { record: 8, pointer: 2 } as const;

/**
 * Stores the records of a batch and returns the ids of the messages that failed. One message never fails another: what
 * is no record fails until the queue sets it aside, what the store cannot take now comes again.
 */
export async function storeBatch(
  messages: readonly QueuedMessage[],
  ports: BatchPorts,
): Promise<readonly string[]> {
  const failed: string[] = [];
  const attempt = async <T>(
    { messageId }: QueuedMessage,
    work: () => T | Promise<T>,
  ): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      failed.push(messageId);
      ports.report({ level: 'error', event: 'record-not-stored', messageId, ...describeError(error) });
      return undefined;
    }
  };

  const parsed: { readonly message: QueuedMessage; readonly content: RecordMessage }[] = [];
  for (const message of messages) {
    const content = await attempt(message, () => parseMessage(message.body));
    if (content !== undefined) parsed.push({ message, content });
  }
  for (const kind of ['record', 'pointer'] as const) {
    const ofKind = parsed.filter(({ content }) => content.kind === kind);
    await inParallel(ofKind, AT_ONCE[kind], ({ message, content }) =>
      attempt(message, () => storeOne(content, ports)),
    );
  }
  return failed;
}

async function storeOne(message: RecordMessage, ports: BatchPorts): Promise<void> {
  const { bucket, report } = ports;
  if (message.kind === 'record') return storeRecord(message.record, ports);
  const record = await readSetAside(bucket, message.key);
  if (record === null) {
    // The object was there before its message was sent, and goes when the record is stored: this is a second delivery.
    report({ level: 'warn', event: 'handed-over-twice', key: message.key });
    return;
  }
  await storeRecord(record, ports);
  await bucket.delete(message.key);
}
