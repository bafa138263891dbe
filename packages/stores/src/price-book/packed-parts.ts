import { gunzipSync, gzipSync } from 'node:zlib';
import type { PackedBook } from '@weir/core';
import { nameBook } from '@weir/core/pricing';
import * as z from 'zod/mini';
import { DamagedItem } from '../table/damaged-item.ts';

/** An item may have 400 KB, its names included. Bytes. */
const LARGEST_PART = 350_000;
/** A book has a fiftieth of it. Bytes, unpacked. */
const LARGEST_BOOK = 16 * 1024 * 1024;

const shape: z.ZodMiniType<PackedBook> = z.object({
  name: z.string(),
  date: z.string(),
  providers: z.record(
    z.string(),
    z.pipe(
      z.object({ also: z.optional(z.array(z.string())), models: z.array(z.string()) }),
      z.transform(({ also, models }) => (also === undefined ? { models } : { also, models })),
    ),
  ),
});

/** A book in parts that each fit into an item. */
export function packParts(book: PackedBook): readonly Uint8Array[] {
  const packed = gzipSync(JSON.stringify(book));
  const parts: Uint8Array[] = [];
  for (let start = 0; start < packed.length; start += LARGEST_PART)
    parts.push(packed.subarray(start, start + LARGEST_PART));
  return parts;
}

/** @throws {DamagedItem} when it is not the book of this name: the name holds the hash of the contents. */
export function unpackParts(name: string, parts: readonly Uint8Array[]): PackedBook {
  const book = parse(name, parts);
  const [origin = ''] = name.split('+');
  if (book.name !== name || nameBook(origin, book.providers) !== name)
    throw new DamagedItem(`the price book ${name}`, 'its contents are not those of its name');
  return book;
}

function parse(name: string, parts: readonly Uint8Array[]): PackedBook {
  try {
    const text = gunzipSync(Buffer.concat(parts), { maxOutputLength: LARGEST_BOOK }).toString();
    return z.parse(shape, JSON.parse(text));
  } catch {
    throw new DamagedItem(`the price book ${name}`, 'it cannot be unpacked');
  }
}
