import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { awsEvent, awsEventFrame } from './aws-event-frames.ts';
import { type FaultUpstream, startFaultUpstream } from './fault-upstream.ts';

let upstream: FaultUpstream;
beforeAll(async () => {
  upstream = await startFaultUpstream();
});
afterAll(() => upstream.stop());

/** Reads frames by the documented layout; `sound` tells whether both checksums hold. */
function frames(bytes: Buffer): Array<{ sound: boolean; text: string }> {
  const found = [];
  for (let at = 0; at + 16 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const frame = bytes.subarray(at, at + length);
    if (frame.length < length) return [...found, { sound: false, text: frame.toString('latin1') }];
    const sound =
      crc32(frame.subarray(0, 8)) === frame.readUInt32BE(8) &&
      crc32(frame.subarray(0, -4)) === frame.readUInt32BE(frame.length - 4);
    found.push({ sound, text: frame.toString('latin1') });
    at += length;
  }
  return found;
}

const stream = async (options: Record<string, string | number>) =>
  frames(Buffer.from(await (await fetch(upstream.at('aws-events', options))).arrayBuffer()));

test('an empty frame is the sixteen bytes that the format documents', () => {
  expect(awsEventFrame({}, new Uint8Array(0)).toString('hex')).toBe('000000100000000005c248eb7d98c8ff');
});

test('an event names its type and carries its payload', () => {
  expect(awsEvent('chunk', { a: 1 }).toString('latin1')).toContain('chunk');
  expect(frames(awsEvent('chunk', { a: 1 }))[0]).toMatchObject({ sound: true });
});

describe('the Bedrock stream', () => {
  test('is whole and sound at any split', async () => {
    const found = await stream({ chunks: 3, pace: 0, split: 11 });
    expect(found).toHaveLength(7);
    expect(found.every(({ sound }) => sound)).toBe(true);
    expect(found.at(-1)?.text).toContain('"totalTokens":27');
  });

  test('can end with an exception, a wrong checksum or half a frame', async () => {
    expect((await stream({ end: 'exception' })).at(-1)?.text).toContain('throttlingException');
    expect((await stream({ end: 'corrupt' })).map(({ sound }) => sound)).toContain(false);
    expect((await stream({ end: 'half' })).at(-1)?.sound).toBe(false);
  });
});
