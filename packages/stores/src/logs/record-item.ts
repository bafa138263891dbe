import type { Counted, LogEntry, LogFeedback, RecordId, RequestRecord } from '@weir/core';
import * as z from 'zod';
import { parseItem, storedJson, storedString } from '../table/stored-attributes.ts';
import { feedbackKey, type LogScope, recordKey } from './log-place.ts';
import type { Item } from './log-table.ts';
import { countedShape, metadataShape, storedRecordShape } from './request-record-shape.ts';
import type { BodyPlace, StoredPlace } from './stored-bodies.ts';

/** Only record items have it; a partition also holds feedback. */
export const RECORD_ATTRIBUTE = 'record';

const recordItem = z.object({ record: storedJson(storedRecordShape) });

const countedItem = z.object({ record: storedJson(countedShape) });

const bodyPlace = z.enum(['none', 'item', 'bucket']);
const placeItem = z.object({
  sk: storedString(z.custom<RecordId>((value) => typeof value === 'string')),
  bodies: storedString(bodyPlace),
});

const feedbackItem = z.object({
  feedback: z.optional(storedJson(z.number().nullable())),
  score: z.optional(storedJson(z.number().nullable())),
  metadata: z.optional(storedJson(metadataShape.nullable())),
});

export function toRecordItem(scope: LogScope, record: RequestRecord, bodies: BodyPlace, expiry: Item): Item {
  const { pk, sk } = recordKey(scope, record.id);
  const { requestBody: _request, responseBody: _response, ...rest } = record;
  return {
    pk: { S: pk },
    sk: { S: sk },
    bodies: { S: bodies },
    [RECORD_ATTRIBUTE]: { S: JSON.stringify(rest) },
    ...expiry,
  };
}

/** @throws {DamagedItem} */
export function toLogEntry(record: Item, feedback: Item | undefined): LogEntry {
  return {
    record: parseItem(recordItem, record).record,
    feedback: feedback === undefined ? null : toFeedback(feedback),
  };
}

/** The part of a record that its totals are made of; reads a third as long as the whole. @throws {DamagedItem} */
export const toCounted = (item: Item): Counted => parseItem(countedItem, item).record;

/** @throws {DamagedItem} */
export function toStoredPlace(item: Item): StoredPlace {
  const { sk, bodies } = parseItem(placeItem, item);
  return { id: sk, bodies };
}

function toFeedback(item: Item): LogFeedback {
  const { feedback = null, score = null, metadata = null } = parseItem(feedbackItem, item);
  return { feedback, score, metadata };
}

/** The update that merges `change` into a record's feedback; null when there is nothing to change. */
export function feedbackUpdate(scope: LogScope, id: RecordId, change: Partial<LogFeedback>) {
  const given = (['feedback', 'score', 'metadata'] as const).filter((field) => change[field] !== undefined);
  if (given.length === 0) return null;
  return {
    key: feedbackKey(scope, id),
    update: {
      UpdateExpression: `SET ${given.map((field) => `#${field} = :${field}`).join(', ')}`,
      ExpressionAttributeNames: Object.fromEntries(given.map((field) => [`#${field}`, field])),
      ExpressionAttributeValues: Object.fromEntries(
        given.map((field) => [`:${field}`, { S: JSON.stringify(change[field]) }]),
      ),
    },
  };
}
