import { describe, expect, it } from '@jest/globals';
import { Secret } from '@weir/core';
import fc from 'fast-check';
import { previewOf } from './key-preview.ts';

const previewOfKey = (text: string) => previewOf({ kind: 'key', key: new Secret(text), place: {} });
const aKey = fc.string({ unit: fc.constantFrom(...'abcXYZ019-_.+/='), minLength: 1, maxLength: 400 });

describe('the preview of a key', () => {
  it('shows its ends and never more than a quarter of it, twelve characters at most', () => {
    fc.assert(
      fc.property(aKey, (text) => {
        const [front = '', behind = '', ...more] = previewOfKey(text).split('…');
        expect(more).toEqual([]);
        expect(text.startsWith(front) && text.endsWith(behind)).toBe(true);
        expect(front.length + behind.length).toBeLessThanOrEqual(Math.min(12, text.length / 4));
      }),
    );
  });

  it.each([
    ['sk-1', '…1'],
    ['abc', '…'],
    ['sk-0123456789abcdef', '…cdef'],
    ['sk-proj-0123456789abcdefghijklmnopqrstuvwxyz-9xZ7', 'sk-proj-…9xZ7'],
  ])('of %s is %s', (text, preview) => {
    expect(previewOfKey(text)).toBe(preview);
  });
});
