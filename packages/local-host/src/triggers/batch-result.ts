import * as z from 'zod';
import type { ReceivedMessage } from './received-message.ts';

const reportSchema = z.looseObject({
  batchItemFailures: z.array(z.looseObject({ itemIdentifier: z.string().min(1) })).nullish(),
});

/**
 * The messages of a batch that may be deleted after the function answered.
 *
 * As Lambda reads the answer: nothing at all, or an empty list, means that every message succeeded; an answer that is not
 * understood, or that names a message that was not in the batch, means that none did.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function succeededMessages(
  batch: readonly ReceivedMessage[],
  result: unknown,
  reportsFailures: boolean,
): readonly ReceivedMessage[] {
  if (!reportsFailures || result === null || result === undefined) return batch;
  const report = reportSchema.safeParse(result);
  if (!report.success) return [];
  const failed = new Set((report.data.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier));
  const known = new Set(batch.map(({ MessageId }) => MessageId));
  if (![...failed].every((id) => known.has(id))) return [];
  return batch.filter(({ MessageId }) => !failed.has(MessageId));
}
