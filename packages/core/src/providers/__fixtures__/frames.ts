import { crc32 } from 'node:zlib';

/** An AWS event stream frame with string headers (spec/providers 8.3), as tests need them. */
export function awsFrame(headers: Readonly<Record<string, string>>, payload: unknown): Buffer {
  const head = Buffer.concat(
    Object.entries(headers).map(([name, value]) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(Buffer.byteLength(value));
      return Buffer.concat([
        Buffer.of(Buffer.byteLength(name)),
        Buffer.from(name),
        Buffer.of(7),
        length,
        Buffer.from(value),
      ]);
    }),
  );
  const body = Buffer.from(JSON.stringify(payload));
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(16 + head.length + body.length, 0);
  prelude.writeUInt32BE(head.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const checked = Buffer.concat([prelude, head, body]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(checked));
  return Buffer.concat([checked, checksum]);
}

/** Lines of `{"<event type>": payload}` as one binary stream. */
export const awsFrames = (lines: readonly string[]): Buffer =>
  Buffer.concat(
    lines.flatMap((line) =>
      Object.entries(JSON.parse(line) as Record<string, unknown>).map(([type, payload]) =>
        awsFrame(
          { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' },
          payload,
        ),
      ),
    ),
  );

/** One event of InvokeModel's stream: the model's own event, wrapped. */
export const awsChunk = (event: unknown): Buffer =>
  awsFrame(
    { ':event-type': 'chunk', ':message-type': 'event' },
    { bytes: Buffer.from(JSON.stringify(event)).toString('base64'), p: 'abc' },
  );
