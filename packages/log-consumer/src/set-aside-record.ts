import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { RequestRecord } from '@weir/core';
import type { Bucket } from '@weir/stores/bucket';
import { NotARecord, parseJson, parseRecord } from './record-message.ts';

const unpack = promisify(gunzip);

/**
 * Two bodies of 10 MB, as JSON and as base64, are 27 MB; one made of control characters alone is 60 MB. Larger is not
 * ours, and would not fit the function's memory.
 */
const LARGEST_RECORD = 96 * 1024 * 1024;

/** The record that lies under a key of `handoff/` or `spill/`; null when nothing does. @throws {NotARecord} */
export async function readSetAside(bucket: Pick<Bucket, 'get'>, key: string): Promise<RequestRecord | null> {
  const packed = await bucket.get(key);
  if (packed === null) return null;
  const record = parseRecord(parseJson(await unpackText(packed)));
  if (!key.endsWith(`/${record.id}.json.gz`))
    throw new NotARecord('the object holds another record than its key says');
  return record;
}

async function unpackText(packed: Uint8Array): Promise<string> {
  try {
    return (await unpack(packed, { maxOutputLength: LARGEST_RECORD })).toString();
  } catch (cause) {
    throw new NotARecord('the object does not unpack', { cause });
  }
}
