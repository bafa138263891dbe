import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { type AccountId, type GatewayId, Secret } from '@weir/core';
import fc from 'fast-check';
import { open, seal } from './envelope.ts';

const aBinding = fc.record({
  account: fc.string().map((text) => text as AccountId),
  gateway: fc.string().map((text) => text as GatewayId),
  provider: fc.string(),
});
const aText = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary', maxLength: 5_000 }));
/** UTF-8 has no lone surrogates. */
const wellFormed = aText.map((text) => text.toWellFormed());

describe('an envelope', () => {
  it('gives back every secret to whoever has its key and names its binding', () => {
    fc.assert(
      fc.property(wellFormed, aBinding, (text, binding) => {
        const key = randomBytes(32);
        const sealed = seal(new Secret(text), { key, wrapped: '' }, binding);
        expect(open(JSON.parse(JSON.stringify(sealed)), key, binding)?.reveal()).toBe(text);
      }),
    );
  });

  it('gives nothing to another key or another binding, however alike it reads', () => {
    fc.assert(
      fc.property(wellFormed, aBinding, aBinding, (text, binding, other) => {
        const key = randomBytes(32);
        const sealed = seal(new Secret(text), { key, wrapped: '' }, binding);
        expect(open(sealed, randomBytes(32), binding)).toBeNull();
        fc.pre(JSON.stringify(binding) !== JSON.stringify(other));
        expect(open(sealed, key, other)).toBeNull();
        const { account, gateway, provider } = binding;
        const shifted = { account, gateway: `${gateway}${provider}` as GatewayId, provider: '' };
        if (provider !== '') expect(open(sealed, key, shifted)).toBeNull();
      }),
    );
  });

  it('gives nothing when any one bit of it was changed', () => {
    const binding = { account: 'a' as AccountId, gateway: 'g' as GatewayId, provider: 'openai' };
    const key = randomBytes(32);
    const sealed = seal(new Secret('sk-0123456789'), { key, wrapped: '' }, binding);
    fc.assert(
      fc.property(fc.constantFrom('iv' as const, 'data' as const), fc.nat(), fc.nat(7), (part, at, bit) => {
        const bytes = Buffer.from(sealed[part], 'base64');
        const index = at % bytes.length;
        bytes.writeUInt8(bytes.readUInt8(index) ^ (1 << bit), index);
        expect(open({ ...sealed, [part]: bytes.toString('base64') }, key, binding)).toBeNull();
      }),
    );
  });
});
