import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ReceivedMessage } from './received-message.ts';
import { toRecord } from './received-message.ts';
import { splitBySize } from './split-by-size.ts';

const MIB = 1024 * 1024;

const message = (index: number, character: string, length: number): ReceivedMessage => ({
  MessageId: String(index),
  ReceiptHandle: 'r'.repeat(200),
  Body: character.repeat(length),
  MD5OfBody: 'm'.repeat(32),
  Attributes: { SentTimestamp: '1' },
  MessageAttributes: {},
});

/** One byte, one byte that JSON makes two, one that it makes six, two bytes. */
const characters = fc.constantFrom('x', '"', '\u0001', 'ü');

test('every message is in one event, in order, and no event passes 6 MB as JSON', () => {
  const batches = fc.array(fc.tuple(characters, fc.integer({ min: 0, max: MIB / 2 - 1_000 })), {
    maxLength: 14,
  });
  fc.assert(
    fc.property(batches, (given) => {
      const batch = given.map(([character, length], index) => message(index, character, length));
      const parts = splitBySize(batch);
      expect(parts.flat()).toEqual(batch);
      for (const part of parts) {
        const event = {
          Records: part.map((it) => toRecord(it, 'arn:aws:sqs:us-east-1:000000000000:Queue', 'us-east-1')),
        };
        expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThanOrEqual(6 * MIB);
      }
    }),
    { numRuns: 40 },
  );
});
