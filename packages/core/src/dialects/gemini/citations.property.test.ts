import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { byteOffsets } from './citations.ts';

test('the bytes before a place are as many as its offset in UTF-8', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (before, after) => {
      const units = byteOffsets(before + after);
      expect(units(Buffer.byteLength(before))).toBe(before.length);
    }),
  );
});

test('places outside of the text are its borders, and one in a character is the character’s', () => {
  const units = byteOffsets('a€b');
  expect([-5, 0, 1, 2, 3, 4, 5, 900].map(units)).toEqual([0, 0, 1, 1, 1, 2, 3, 3]);
});
