import { beforeEach, describe, expect } from '@jest/globals';
import { rulesOf, type Skip } from './cases.ts';

/** The bucket as these rules see it; the stores define it. */
interface BucketUnderTest {
  put(key: string, bytes: Uint8Array): Promise<void>;
  get(key: string): Promise<Uint8Array | null>;
  delete(key: string): Promise<void>;
  deleteAll(keys: readonly string[]): Promise<void>;
  list(
    prefix: string,
    options?: { readonly after?: string; readonly limit?: number },
  ): Promise<{ readonly keys: readonly string[]; readonly next: string | null }>;
}

export interface BucketCases {
  readonly name: string;
  /** An empty bucket. */
  readonly make: () => Promise<BucketUnderTest>;
  readonly skip?: readonly Skip[];
}

/** The rules of a bucket. */
export function runBucketCases({ name, make, skip = [] }: BucketCases): void {
  describe(`${name} as a bucket`, () => {
    const { rule, end } = rulesOf(skip);
    let bucket: BucketUnderTest;

    beforeEach(async () => {
      bucket = await make();
    });

    rule('gives back the bytes of an object, whatever they are', async () => {
      const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => i % 251);
      await bucket.put('bodies/a b+ü.gz', bytes);
      const read = await bucket.get('bodies/a b+ü.gz');
      expect(read && Buffer.from(read).equals(bytes)).toBe(true);
    });

    rule('keeps an empty object apart from none', async () => {
      await bucket.put('empty', new Uint8Array());
      expect((await bucket.get('empty'))?.length).toBe(0);
      expect(await bucket.get('missing')).toBeNull();
    });

    rule('the later put of a key wins', async () => {
      await bucket.put('key', Buffer.from('one'));
      await bucket.put('key', Buffer.from('two'));
      expect(Buffer.from((await bucket.get('key')) ?? []).toString()).toBe('two');
    });

    rule('a deleted object is gone, and deleting it again is no error', async () => {
      await bucket.put('key', Buffer.from('one'));
      await bucket.delete('key');
      await bucket.delete('key');
      expect(await bucket.get('key')).toBeNull();
    });

    rule('deletes many objects at once, and missing ones are no error', async () => {
      const keys = ['bodies/a b+ü', 'bodies/c&d<e>'];
      for (const key of [...keys, 'bodies/other']) await bucket.put(key, Buffer.from(key));
      await bucket.deleteAll([...keys, 'bodies/missing']);
      await bucket.deleteAll([]);
      expect(await bucket.list('bodies/')).toEqual({ keys: ['bodies/other'], next: null });
    });

    rule('lists a prefix in pages, in order, without the rest', async () => {
      for (const key of ['spill/c', 'spill/a', 'spill/b', 'spilled', 'bodies/a']) {
        await bucket.put(key, Buffer.from(key));
      }
      const first = await bucket.list('spill/', { limit: 2 });
      expect(first.keys).toEqual(['spill/a', 'spill/b']);
      if (first.next === null) throw new Error('there should be another page');
      expect(await bucket.list('spill/', { after: first.next, limit: 2 })).toEqual({
        keys: ['spill/c'],
        next: null,
      });
      expect(await bucket.list('none/')).toEqual({ keys: [], next: null });
    });

    end();
  });
}
