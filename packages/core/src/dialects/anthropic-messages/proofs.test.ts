import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Proof } from '../../form/provenance.ts';
import { packProof, unpackProof } from './proofs.ts';

describe('proofs in a signature', () => {
  test('Anthropic’s own stay what they are, also when they look strange', () => {
    const own: Proof = { family: 'anthropic', kind: 'signature', value: 'weird:but:mine' };
    expect(packProof(own)).toBe(own.value);
    expect(unpackProof(own.value, 'signature')).toEqual({ proof: own, callId: null });
    expect(unpackProof('', 'signature')).toBeNull();
  });

  test('every other comes back as it was', () => {
    const proof: fc.Arbitrary<Proof> = fc
      .record({
        family: fc.constantFrom('openai' as const, 'google' as const, 'openrouter' as const),
        kind: fc.constantFrom('signature' as const, 'encrypted' as const, 'redacted' as const),
        value: fc.string(),
        id: fc.option(fc.stringMatching(/^.{1,20}$/)),
      })
      .map(({ id, ...rest }) => (id === null ? rest : { ...rest, id }));
    fc.assert(
      fc.property(proof, fc.option(fc.stringMatching(/^.{1,20}$/)), (it, callId) => {
        expect(unpackProof(packProof(it, callId), 'signature')).toEqual({ proof: it, callId });
      }),
    );
  });
});
