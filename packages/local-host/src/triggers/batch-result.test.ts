import { expect, test } from '@jest/globals';
import { succeededMessages } from './batch-result.ts';
import { receivedSchema } from './received-message.ts';

const batch = receivedSchema.parse({
  Messages: ['a', 'b', 'c'].map((MessageId) => ({
    MessageId,
    ReceiptHandle: `r${MessageId}`,
    Body: '',
    MD5OfBody: '',
  })),
}).Messages;

const failures = (...ids: unknown[]) => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
});

const cases: ReadonlyArray<readonly [answer: string, result: unknown, deleted: string]> = [
  ['nothing', undefined, 'abc'],
  ['null', null, 'abc'],
  ['an empty object', {}, 'abc'],
  ['an empty list', failures(), 'abc'],
  ['null for a list', { batchItemFailures: null }, 'abc'],
  ['one failure', failures('b'), 'ac'],
  ['every failure', failures('a', 'b', 'c'), ''],
  ['the same failure twice', failures('b', 'b'), 'ac'],
  ['an unknown message', failures('b', 'z'), ''],
  ['an empty identifier', failures(''), ''],
  ['no identifier', { batchItemFailures: [{}] }, ''],
  ['text', 'done', ''],
];

test.each(cases)('an answer that is %s (%j) deletes "%s"', (_answer, result, deleted) => {
  const ids = succeededMessages(batch, result, true).map(({ MessageId }) => MessageId);
  expect(ids.join('')).toBe(deleted);
});

test('without ReportBatchItemFailures every message of a batch that did not throw is deleted', () => {
  expect(succeededMessages(batch, failures('a'), false)).toEqual(batch);
});
