import { randomBytes } from 'node:crypto';
import type { CacheOwner } from '@weir/core';
import type { Bucket } from '../bucket/bucket.ts';

type Objects = Pick<Bucket, 'put' | 'get' | 'deleteAll'>;

/** Parts go at the same time, and every engine takes one of this size. */
const PART = 8 * 1024 * 1024;

/** A body in the bucket: `cache/<account>/<gateway>/<random>/<part>`. */
export interface ObjectPlace {
  readonly key: string;
  readonly parts: number;
}

const partKeys = ({ key, parts }: ObjectPlace) =>
  Array.from({ length: parts }, (_, part) => `${key}/${part}`);

/** A place of its own for every body: what an entry points at never changes. */
export async function putBody(
  objects: Objects,
  { account, gateway }: CacheOwner,
  bytes: Uint8Array,
): Promise<ObjectPlace> {
  const key = `cache/${account}/${gateway}/${randomBytes(16).toString('hex')}`;
  const place = { key, parts: Math.ceil(bytes.length / PART) };
  await Promise.all(
    partKeys(place).map((name, part) => objects.put(name, bytes.subarray(part * PART, (part + 1) * PART))),
  );
  return place;
}

/** Null: some of it is gone. */
export async function getBody(objects: Objects, place: ObjectPlace): Promise<Uint8Array | null> {
  const parts: Uint8Array[] = [];
  for (const bytes of await Promise.all(partKeys(place).map((name) => objects.get(name)))) {
    if (bytes === null) return null;
    parts.push(bytes);
  }
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
}

export const deleteBody = (objects: Objects, place: ObjectPlace): Promise<void> =>
  objects.deleteAll(partKeys(place));
