import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { KeptBytes, keptBody, MAX_KEPT } from './kept-bytes.ts';

describe('what a record keeps of a body', () => {
  test('is its beginning, and beside it the end of what is longer, however it was cut, and its size is the whole’s', () => {
    const block = new Uint8Array(MAX_KEPT / 4).fill(1);
    const chunk = fc.oneof(fc.constant(block), fc.uint8Array({ maxLength: 40 }));
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 7 }), (chunks) => {
        const kept = new KeptBytes();
        for (const it of chunks) kept.add(it);
        const all = Buffer.concat(chunks);
        expect(kept.size).toBe(all.length);
        expect(kept.isComplete).toBe(all.length <= MAX_KEPT);
        expect(Buffer.compare(kept.join(), all.subarray(0, MAX_KEPT))).toBe(0);
        const tail = kept.tail();
        expect(tail !== null).toBe(all.length > MAX_KEPT);
        if (tail) expect(Buffer.compare(tail, all.subarray(-64 * 1024))).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  test('a body comes back as it was; a text cut inside a character is still text', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.uint8Array(), fc.string({ unit: 'binary' }).map(utf8)),
        fc.nat(),
        (bytes, cut) => {
          const whole = keptBody(bytes, true);
          if (bytes.length === 0) return expect(whole).toBeNull();
          expect(Buffer.from(whole?.data ?? '', whole?.encoding).equals(bytes)).toBe(true);
          const part = bytes.subarray(0, (cut % bytes.length) + 1);
          const kept = keptBody(part, false);
          const data = Buffer.from(kept?.data ?? '', kept?.encoding);
          expect(part.subarray(0, data.length)).toEqual(new Uint8Array(data));
          expect(part.length - data.length).toBeLessThanOrEqual(3);
          if (whole?.encoding === 'utf8') expect(kept?.encoding).toBe('utf8');
          return undefined;
        },
      ),
    );
  });
});

const utf8 = (text: string) => new Uint8Array(Buffer.from(text));
