import { describe, expect, it } from '@jest/globals';
import type { StoredKey } from '../gateway/stored-key.ts';
import { chooseKeys } from './choose-keys.ts';

const key = (id: string, changes: Partial<StoredKey> = {}): StoredKey => ({
  id,
  provider: 'openai',
  alias: 'default',
  defaultConfig: false,
  secret: { kind: 'named', secretId: id },
  preview: '…',
  place: {},
  rateLimit: null,
  ratePeriod: 60,
  order: 0,
  weight: 1,
  createdAt: '',
  modifiedAt: '',
  ...changes,
});

const chosen = (keys: readonly StoredKey[], alias: string | null = null, draws: readonly number[] = []) => {
  const left = [...draws];
  const choice = chooseKeys(keys, 'openai', alias, () => left.shift() ?? 0);
  return choice.kind === 'keys' ? choice.keys.map(({ id }) => id) : choice;
};

describe('which stored keys serve a request', () => {
  it('those of the alias that the caller names (spec 5.2)', () => {
    expect(chosen([key('a'), key('b', { alias: 'team' })], 'team')).toEqual(['b']);
  });

  it('without a name the one that is marked, else the alias "default"', () => {
    const marked = key('b', { alias: 'team', defaultConfig: true });
    expect(chosen([key('a'), marked])).toEqual(['b']);
    expect(chosen([key('c', { alias: 'other' }), key('a')])).toEqual(['a']);
    expect(chosen([key('c', { alias: 'other' })])).toEqual([]);
  });

  it('never those of another provider', () => {
    expect(chosen([key('a', { provider: 'mistral' })])).toEqual([]);
  });

  it('those of a custom provider however its name was written: paths find it in any case, too', () => {
    const keys = [key('a', { provider: 'custom-Acme' }), key('b', { provider: 'custom-acme-2' })];
    expect(chooseKeys(keys, 'custom-acme', null, () => 0)).toMatchObject({ keys: [{ id: 'a' }] });
  });

  it('a named alias that no key has is told with those that there are (spec 5.2-1)', () => {
    expect(chosen([key('a'), key('b', { alias: 'team' }), key('c', { alias: 'team' })], 'nobody')).toEqual({
      kind: 'missing',
      alias: 'nobody',
      aliases: ['default', 'team'],
    });
  });

  it('in their order, and among equals as the draw falls by weight', () => {
    const keys = [key('late', { order: 2 }), key('light'), key('heavy', { weight: 3 })];
    expect(chosen(keys, null, [0])).toEqual(['light', 'heavy', 'late']);
    expect(chosen(keys, null, [0.26])).toEqual(['heavy', 'light', 'late']);
    expect(chosen(keys, null, [0.999_999])).toEqual(['heavy', 'light', 'late']);
  });

  it('twice the weight is twice as often the first', () => {
    const keys = [key('one'), key('two', { weight: 2 })];
    const firsts = Array.from({ length: 300 }, (_, index) => chosen(keys, null, [index / 300]));
    expect(firsts.filter((ids) => Array.isArray(ids) && ids[0] === 'two')).toHaveLength(200);
  });
});
