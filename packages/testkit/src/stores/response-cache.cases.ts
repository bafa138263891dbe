import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect } from '@jest/globals';
import {
  type CachedAnswer,
  type CacheKey,
  type CacheOwner,
  DEFAULT_GATEWAY,
  epochMs,
  MAX_CACHED,
  type ResponseCache,
} from '@weir/core';
import { rulesOf, type Skip } from './cases.ts';
import { anAccountId, gatewayId } from './examples.ts';
import type { ManualClock } from './manual-clock.ts';

export interface ResponseCacheCases {
  readonly name: string;
  /** A cache and the clock that it reads. Called before each rule; contents may stay from rule to rule. */
  readonly make: () => Promise<{ readonly cache: ResponseCache; readonly clock: ManualClock }>;
  readonly skip?: readonly Skip[];
}

const HOUR = 3_600_000;
const text = (body: Uint8Array | undefined) => body && Buffer.from(body).toString();
/** Bytes that no compression makes smaller. */
const noise = (size: number) => randomBytes(size);

/** The rules of the {@link ResponseCache} port. */
export function runResponseCacheCases({ name, make, skip = [] }: ResponseCacheCases): void {
  describe(`${name} as a cache of answers`, () => {
    const { rule, end } = rulesOf(skip);
    let cache: ResponseCache;
    let clock: ManualClock;
    let key: CacheKey;
    let owner: CacheOwner;

    beforeEach(async () => {
      ({ cache, clock } = await make());
      key = randomBytes(32).toString('hex') as CacheKey;
      owner = { account: anAccountId(), gateway: DEFAULT_GATEWAY };
    });

    const answer = (body: string | Uint8Array, more: Partial<CachedAnswer> = {}): CachedAnswer => ({
      status: 200,
      headers: [
        ['content-type', 'application/json'],
        ['content-language', 'ü'],
      ],
      body: Buffer.from(body),
      form: 'openai-chat',
      asStream: false,
      storedAt: clock.now(),
      ...more,
    });
    const put = (given: CachedAnswer, lifetime = HOUR, askedAt = clock.now()) =>
      cache.put(key, owner, given, { askedAt, expiresAt: epochMs(clock.now() + lifetime) });
    const lease = (holder: string, time = 10_000) =>
      cache.lease(key, owner, holder, epochMs(clock.now() + time));
    const bodyOf = async () => text((await cache.get(key)).answer?.body);

    rule('has nothing for a key that it never saw', async () => {
      expect(await cache.get(key)).toEqual({ answer: null, leader: null });
    });

    rule('gives back an answer exactly as it was put, under its key alone', async () => {
      const given = answer('{"a":"☃"}', { status: 203, form: 'groq/x', asStream: true });
      expect(await put(given)).toBe(true);
      clock.advance(1_000);
      const { answer: found, leader } = await cache.get(key);
      expect(leader).toBeNull();
      expect(found && { ...found, body: Buffer.from(found.body) }).toEqual(given);
      const other = `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}` as CacheKey;
      expect((await cache.get(other)).answer).toBeNull();
    });

    rule('gives back bodies of every size, whatever they are: up to 25 MB', async () => {
      const sizes = [0, 1, 1_023, 1_024, 200_000, 358_399, 358_401, 1_000_000, MAX_CACHED];
      for (const size of sizes) {
        const body = noise(size);
        await put(answer(body));
        const found = (await cache.get(key)).answer?.body;
        expect([size, found !== undefined && body.equals(found)]).toEqual([size, true]);
      }
      const words = Buffer.from('a stream of words. '.repeat(400_000));
      await put(answer(words));
      expect(words.equals((await cache.get(key)).answer?.body ?? new Uint8Array())).toBe(true);
    });

    rule('forgets an answer when its time is over, to the millisecond', async () => {
      await put(answer('{}'), 60_000);
      clock.advance(59_999);
      expect(await bodyOf()).toBe('{}');
      clock.advance(1);
      expect(await bodyOf()).toBeUndefined();
    });

    rule('the later answer takes the place of the earlier, large or small', async () => {
      const large = noise(500_000);
      await put(answer('one'));
      await put(answer(large));
      expect(large.equals((await cache.get(key)).answer?.body ?? new Uint8Array())).toBe(true);
      await put(answer('three'));
      expect(await bodyOf()).toBe('three');
    });

    rule('of fifty who want the lease at once one gets it, and everybody sees who', async () => {
      const got = await Promise.all(Array.from({ length: 50 }, (_, index) => lease(`h${index}`)));
      expect(got.filter(Boolean)).toHaveLength(1);
      expect(await cache.get(key)).toEqual({ answer: null, leader: `h${got.indexOf(true)}` });
    });

    rule('a lease is prolonged by its holder and by nobody else', async () => {
      expect(await lease('a')).toBe(true);
      clock.advance(9_000);
      expect([await lease('b'), await lease('a')]).toEqual([false, true]);
      clock.advance(9_000);
      expect([(await cache.get(key)).leader, await lease('b')]).toEqual(['a', false]);
    });

    rule('a lease ends by itself, so a dead holder holds up nobody for long', async () => {
      await lease('a');
      clock.advance(10_000);
      expect((await cache.get(key)).leader).toBeNull();
      expect([await lease('b'), await lease('a')]).toEqual([true, false]);
    });

    rule('a released lease is free at once; nobody releases another’s', async () => {
      await lease('a');
      await cache.release(key, 'b');
      expect((await cache.get(key)).leader).toBe('a');
      await cache.release(key, 'a');
      await cache.release(key, 'a');
      expect([(await cache.get(key)).leader, await lease('b')]).toEqual([null, true]);
    });

    rule('an answer ends the lease, and as long as it lasts there is none to get', async () => {
      await lease('a');
      await put(answer('{}'), 60_000);
      expect([(await cache.get(key)).leader, await lease('b'), await lease('a')]).toEqual([
        null,
        false,
        false,
      ]);
      clock.advance(60_000);
      expect(await lease('b')).toBe(true);
      expect((await cache.get(key)).answer).toBeNull();
    });

    rule('a purged answer is gone, and says whether it was there', async () => {
      for (const body of ['{}', noise(500_000)]) {
        clock.advance(1);
        await put(answer(body));
        expect([await cache.purge(key, owner), await bodyOf()]).toEqual([true, undefined]);
        expect(await cache.purge(key, owner)).toBe(false);
      }
    });

    rule(
      'what was asked for before a purge and comes after it is not stored; what is asked after it is',
      async () => {
        const askedAt = clock.now();
        await lease('a');
        clock.advance(500);
        expect(await cache.purge(key, owner)).toBe(false);
        clock.advance(500);
        expect([await put(answer('old'), HOUR, askedAt), await bodyOf()]).toEqual([false, undefined]);
        expect((await cache.get(key)).leader).toBe('a');
        expect([await put(answer('new')), await bodyOf()]).toEqual([true, 'new']);
        expect([await put(answer('old'), HOUR, askedAt), await bodyOf()]).toEqual([false, 'new']);
      },
    );

    rule('a purge reaches no entry of another account or gateway', async () => {
      await put(answer('{}'));
      expect(await cache.purge(key, { ...owner, account: anAccountId() })).toBe(false);
      expect(await cache.purge(key, { ...owner, gateway: gatewayId('other') })).toBe(false);
      expect(await bodyOf()).toBe('{}');
      expect(await cache.purge(key, owner)).toBe(true);
    });

    rule('a purge of a key that another has not used yet takes nothing from it', async () => {
      await cache.purge(key, { ...owner, account: anAccountId() });
      clock.advance(1);
      expect([await put(answer('{}')), await bodyOf()]).toEqual([true, '{}']);
      expect(await cache.purge(key, owner)).toBe(true);
    });

    end();
  });
}
