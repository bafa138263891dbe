import { randomInt } from 'node:crypto';
import {
  type AccountId,
  type EpochMs,
  epochMs,
  type KeptBody,
  type RecordId,
  type RequestRecord,
} from '@weir/core';
import { aRecord } from '../stores/index.ts';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A ULID of that instant. */
export function recordIdAt(time: EpochMs): RecordId {
  let rest: number = time;
  let text = '';
  for (let place = 0; place < 10; place += 1) {
    text = CROCKFORD.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  for (let place = 0; place < 16; place += 1) text += CROCKFORD.charAt(randomInt(32));
  return text as RecordId;
}

export const HOUR = 3_600_000;
/** 2026-01-02T03:00:00Z, just before the tests' clock begins. */
export const AN_HOUR = epochMs(Date.UTC(2026, 0, 2, 3));

/** A record whose id and time agree. */
export function aRecordAt(
  time: EpochMs,
  account: AccountId,
  changes: Partial<RequestRecord> = {},
): RequestRecord {
  return aRecord({ id: recordIdAt(time), createdAt: time, account, ...changes });
}

export const text = (data: string): KeptBody => ({ encoding: 'utf8', data, complete: true });

/** A text that hardly compresses: `bytes` of hexadecimal noise. */
export function noise(bytes: number): string {
  let state = 1;
  let noisy = '';
  while (noisy.length < bytes) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    noisy += state.toString(36);
  }
  return noisy.slice(0, bytes);
}

/** What is stored of a record apart from its bodies. */
export function withoutBodies({ requestBody: _request, responseBody: _response, ...rest }: RequestRecord) {
  return rest;
}
