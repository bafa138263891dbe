import {
  brotliCompressSync,
  createBrotliCompress,
  createDeflate,
  createGzip,
  createZstdCompress,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { durationMs, epochMs, parseRecordId } from '@weir/core';
import { randomIds, systemTimer, zlibCompression } from './ports.ts';

describe('record ids', () => {
  it('are ULIDs: 26 characters that sort by time and do not repeat', () => {
    const times = [0, 1, 31, 32, 1_700_000_000_000, 1_700_000_000_001, 2 ** 48 - 1];
    const ids = times.map((time) => randomIds.record(epochMs(time)));
    expect(ids.map(parseRecordId)).toEqual(ids);
    expect([...ids].sort()).toEqual(ids);
    expect(ids[0]?.slice(0, 10)).toBe('0000000000');
    expect(ids.at(-1)?.slice(0, 10)).toBe('7ZZZZZZZZZ');
    // The example of the specification.
    expect(randomIds.record(epochMs(1_469_918_176_385)).slice(0, 10)).toBe('01ARYZ6S41');
    const many = Array.from({ length: 1_000 }, () => randomIds.record(epochMs(5)));
    expect(new Set(many).size).toBe(1_000);
    expect(randomIds.random(16)).toHaveLength(16);
  });
});

describe('undoing a content encoding', () => {
  const plain = Buffer.from('weir '.repeat(1_000));
  const encoders = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync, zstd: zstdCompressSync };

  it.each(Object.entries(encoders))(
    '%s comes back, unless it is damaged, cut or too large',
    async (name, encode) => {
      const bytes = encode(plain);
      expect(await zlibCompression.decode(name, bytes, plain.length)).toEqual(plain);
      expect(await zlibCompression.decode(name, bytes, plain.length - 1)).toBeNull();
      expect(await zlibCompression.decode(name, bytes.subarray(0, bytes.length - 4), 10_000)).toBeNull();
      expect(await zlibCompression.decode(name, Buffer.from('not compressed'), 10_000)).toBeNull();
    },
  );

  it.each([
    ['gzip', createGzip],
    ['deflate', createDeflate],
    ['br', createBrotliCompress],
    ['zstd', createZstdCompress],
  ] as const)('%s that was cut comes back as far as it came', async (name, create) => {
    const events = ['data: one\n\n', 'data: two\n\n', 'data: three\n\n'];
    const encoder = create();
    // As a server of events does: each can be read when it is there.
    for (const event of events) {
      encoder.write(event);
      await new Promise<void>((flushed) => encoder.flush(flushed));
    }
    const bytes: Buffer = encoder.read();
    const decoded = await zlibCompression.decode(name, bytes, 1_000, true);
    expect(decoded?.toString()).toBe(events.join(''));
    const shorter = await zlibCompression.decode(name, bytes.subarray(0, -2), 1_000, true);
    expect(shorter?.toString()).toMatch(/^data: one\n\ndata: two\n\n/);
    expect(await zlibCompression.decode(name, bytes, 1_000)).toBeNull();
    expect(await zlibCompression.decode(name, bytes, 10, true)).toBeNull();
    expect(await zlibCompression.decode(name, bytes.subarray(0, 2), 1_000, true)).toBeNull();
    expect(await zlibCompression.decode(name, Buffer.from('not compressed'), 1_000, true)).toBeNull();
  });

  it('a bomb costs no more than the limit', async () => {
    expect(await zlibCompression.decode('gzip', gzipSync(Buffer.alloc(50_000_000)), 1_000_000)).toBeNull();
  });

  it.each(['identity', 'compress', 'gzip, br', '__proto__', 'toString'])('%s is not known', async (name) => {
    expect(await zlibCompression.decode(name, plain, 10_000)).toBeNull();
  });
});

describe('the timer', () => {
  it('calls once, and not at all when stopped', async () => {
    const calls: string[] = [];
    systemTimer.after(durationMs(1), () => calls.push('stopped'))();
    await new Promise<void>((resolve) => {
      systemTimer.after(durationMs(5), () => {
        calls.push('ran');
        resolve();
      });
    });
    expect(calls).toEqual(['ran']);
  });
});
