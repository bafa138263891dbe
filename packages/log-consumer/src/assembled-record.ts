import { assembleStreamedAnswer, type KeptBody, type RequestRecord } from '@weir/core';
import { describeError, type Report } from './report.ts';

/**
 * The record as it is stored: a streamed answer put together into the one JSON that the provider would have sent
 * without streaming. Where that cannot be done, the stream stays as it was kept.
 */
export function assembledRecord(record: RequestRecord, report: Report): RequestRecord {
  const { responseBody } = record;
  if (!record.streamed || responseBody === null) return record;
  try {
    const answer = assembleStreamedAnswer(Buffer.from(responseBody.data, responseBody.encoding));
    return answer === null ? record : { ...record, responseBody: jsonBody(answer, responseBody.complete) };
  } catch (error) {
    // What a provider sent can be anything; it must not cost the record.
    report({ level: 'warn', event: 'stream-not-assembled', record: record.id, ...describeError(error) });
    return record;
  }
}

function jsonBody(answer: object, complete: boolean): KeptBody {
  return { encoding: 'utf8', data: JSON.stringify(answer), complete, contentType: 'application/json' };
}
