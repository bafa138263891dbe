import type { BodyHead, KeptBody } from '@weir/core';

/** Bytes of UTF-8, so at most as many characters. */
const LONGEST_HEAD = 4_096;

/** The first 4 KiB of a body that is text, never ending inside a character; null for bytes. */
export function headOf(body: KeptBody | null): BodyHead | null {
  if (body === null || body.encoding === 'base64') return null;
  const { data, complete } = body;
  const bytes = Buffer.from(data.slice(0, LONGEST_HEAD), 'utf8');
  let end = Math.min(bytes.length, LONGEST_HEAD);
  while (isContinuation(bytes[end])) end -= 1;
  const isAll = end === bytes.length && data.length <= LONGEST_HEAD;
  return { text: bytes.toString('utf8', 0, end), complete: isAll && complete };
}

const isContinuation = (byte: number | undefined) =>
  byte !== undefined && (byte & 0b1100_0000) === 0b1000_0000;
