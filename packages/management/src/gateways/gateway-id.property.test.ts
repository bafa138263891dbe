import { describe, expect, it } from '@jest/globals';
import { parseGatewayId } from '@weir/core';
import fc from 'fast-check';

const word = fc.stringMatching(/^[a-z0-9_]+$/).filter((text) => text.length <= 12);

describe('a gateway id', () => {
  it('is words of lower-case letters, digits and underscores with one hyphen between them', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (words) => {
        const id = words.join('-');
        expect(parseGatewayId(id)).toBe(id);
      }),
    );
  });

  it('has at most 64 characters', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (length) => {
        expect(parseGatewayId('a'.repeat(length)) !== null).toBe(length <= 64);
      }),
    );
  });

  it('is nothing else: no text with any other character, and no hyphen at an end or beside another', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 70 }), (text) => {
        const isId =
          text.length >= 1 &&
          text.length <= 64 &&
          [...text].every((character) => 'abcdefghijklmnopqrstuvwxyz0123456789_-'.includes(character)) &&
          text.split('-').every((part) => part !== '');
        expect(parseGatewayId(text) !== null).toBe(isId);
      }),
      { numRuns: 1000 },
    );
    for (const text of ['-a', 'a-', 'a--b', '-', 'a\n', 'ä', 'A']) expect(parseGatewayId(text)).toBeNull();
  });

  it('can stand in a path and in a stored key as it is', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (words) => {
        const id = parseGatewayId(words.join('-')) ?? '';
        expect(encodeURIComponent(id)).toBe(id);
        expect(id).not.toMatch(/[#~/]/);
      }),
    );
  });
});
