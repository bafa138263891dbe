import * as z from 'zod';
import { unpackBody } from '../logs/body-coding.ts';

const packedBody = z.looseObject({
  encoding: z.literal('zstd'),
  of: z.literal(['utf8', 'base64']),
  data: z.string(),
});

const bodies = z.looseObject({ requestBody: z.unknown(), responseBody: z.unknown() });

/**
 * The record of a message with its bodies as they were kept. What is no packed body, or does not unpack, stays as it is,
 * for whoever checks the record's shape.
 */
export async function unpackBodies(record: unknown): Promise<unknown> {
  const parsed = bodies.safeParse(record);
  if (!parsed.success) return record;
  const { requestBody, responseBody } = parsed.data;
  return {
    ...parsed.data,
    requestBody: await unpacked(requestBody),
    responseBody: await unpacked(responseBody),
  };
}

async function unpacked(body: unknown): Promise<unknown> {
  const parsed = packedBody.safeParse(body);
  if (!parsed.success) return body;
  const { of, data, ...rest } = parsed.data;
  const text = await unpackBody(of, Buffer.from(data, 'base64'));
  return text === null ? body : { ...rest, encoding: of, data: text };
}
