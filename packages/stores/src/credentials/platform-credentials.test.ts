import { describe, expect, it } from '@jest/globals';
import { type ProviderSlug, StoreUnavailable } from '@weir/core';
import { ManualClock, runPlatformCredentialsCases } from '@weir/testkit/stores';
import { DamagedItem } from '../table/damaged-item.ts';
import { MemoryPlatformCredentials } from './memory-platform-credentials.ts';
import { createPlatformCredentials } from './platform-credentials.ts';

const ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:platform';
const OPENAI = 'openai' as ProviderSlug;

/** A secret that can change, disappear, and counts how often it is read. */
function aSecret(text: string) {
  const state = { text, isDown: false, reads: 0, loads: 0, gate: Promise.resolve() };
  const clock = new ManualClock();
  const credentials = createPlatformCredentials({
    secret: ARN,
    clock,
    loadSecrets: async () => {
      state.loads++;
      return {
        read: async (id: string) => {
          state.reads++;
          if (state.isDown || id !== ARN) throw new StoreUnavailable('no secrets today');
          const read = state.text;
          await state.gate;
          return read;
        },
      };
    },
  });
  const find = async () => (await credentials.find(OPENAI))?.reveal() ?? null;
  return { state, clock, credentials, find };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

runPlatformCredentialsCases({
  name: 'MemoryPlatformCredentials',
  make: async (keys) => new MemoryPlatformCredentials(keys),
});

runPlatformCredentialsCases({
  name: 'credentials from a secret',
  make: async (keys) => aSecret(JSON.stringify(keys)).credentials,
});

describe('credentials from a secret', () => {
  it('are read on the first need, once for concurrent requests, and kept for a minute', async () => {
    const { state, clock, find } = aSecret('{"openai":"one"}');
    expect(state.loads).toBe(0);
    expect(await Promise.all([find(), find(), find()])).toEqual(['one', 'one', 'one']);
    clock.advance(60_000);
    await find();
    expect(state.reads).toBe(1);
  });

  it('are read again beside the request after a minute', async () => {
    const { state, clock, find } = aSecret('{"openai":"one"}');
    await find();
    state.text = '{"openai":"two"}';
    clock.advance(60_001);
    expect(await find()).toBe('one');
    await settled();
    expect(await find()).toBe('two');
    expect(state.reads).toBe(2);
  });

  it('older than ten minutes are read before they are used', async () => {
    const { state, clock, find } = aSecret('{"openai":"one"}');
    await find();
    state.text = '{}';
    clock.advance(600_001);
    expect(await find()).toBeNull();
  });

  it('known before serve on for a day while the secret cannot be read', async () => {
    const { state, clock, find } = aSecret('{"openai":"one"}');
    await find();
    state.isDown = true;
    clock.advance(86_400_000);
    expect(await find()).toBe('one');
    clock.advance(1);
    await expect(find()).rejects.toThrow(StoreUnavailable);
  });

  it('never known are unavailable, not absent, while the secret cannot be read', async () => {
    const { state, find } = aSecret('{"openai":"one"}');
    state.isDown = true;
    await expect(find()).rejects.toThrow(StoreUnavailable);
    state.isDown = false;
    expect(await find()).toBe('one');
  });

  it('a read that froze with the process is neither joined nor believed when the process thaws', async () => {
    const { state, clock, find } = aSecret('{"openai":"one"}');
    await find();
    clock.advance(60_001);
    const frozen = Promise.withResolvers<void>();
    state.gate = frozen.promise;
    await find();
    await settled();
    clock.advance(120_000);
    state.gate = Promise.resolve();
    state.text = '{"openai":"two"}';
    await find();
    await settled();
    expect(await find()).toBe('two');
    frozen.resolve();
    await settled();
    expect(await find()).toBe('two');
  });

  it('of several parts are their JSON, as it would be stored for a gateway', async () => {
    const parts = { api_key: 'sk-1', resource: 'acme' };
    expect(await aSecret(JSON.stringify({ openai: parts })).find()).toBe(JSON.stringify(parts));
  });

  it.each(['not json sk-hidden', '["sk-hidden"]', '{"openai":["sk-hidden"]}', '{"openai":7}', 'null'])(
    'that are not an object of keys are an error that names the secret and shows none: %s',
    async (text) => {
      const failure = await aSecret(text)
        .find()
        .catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(DamagedItem);
      expect(String(failure)).toContain(ARN);
      expect(String(failure)).not.toContain('sk-hidden');
    },
  );
});
