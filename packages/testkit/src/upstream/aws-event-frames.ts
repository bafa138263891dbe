import { crc32 } from 'node:zlib';

/**
 * One frame of an AWS event stream: total length, header length and their CRC, headers, payload, CRC of all before it.
 * All numbers big-endian; header values are strings (type 7).
 */
export function awsEventFrame(headers: Readonly<Record<string, string>>, payload: Uint8Array): Buffer {
  const encodedHeaders = Buffer.concat(
    Object.entries(headers).map(([name, value]) => stringHeader(name, value)),
  );
  const frame = Buffer.alloc(12 + encodedHeaders.length + payload.length + 4);
  frame.writeUInt32BE(frame.length, 0);
  frame.writeUInt32BE(encodedHeaders.length, 4);
  frame.writeUInt32BE(crc32(frame.subarray(0, 8)), 8);
  encodedHeaders.copy(frame, 12);
  frame.set(payload, 12 + encodedHeaders.length);
  frame.writeUInt32BE(crc32(frame.subarray(0, -4)), frame.length - 4);
  return frame;
}

export function awsEvent(type: string, payload: unknown): Buffer {
  return awsEventFrame(
    { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' },
    Buffer.from(JSON.stringify(payload)),
  );
}

export function awsException(type: string, message: string): Buffer {
  return awsEventFrame(
    { ':exception-type': type, ':content-type': 'application/json', ':message-type': 'exception' },
    Buffer.from(JSON.stringify({ message })),
  );
}

function stringHeader(name: string, value: string): Buffer {
  const nameBytes = Buffer.from(name);
  const valueBytes = Buffer.from(value);
  const header = Buffer.alloc(1 + nameBytes.length + 3 + valueBytes.length);
  header.writeUInt8(nameBytes.length, 0);
  nameBytes.copy(header, 1);
  header.writeUInt8(7, 1 + nameBytes.length);
  header.writeUInt16BE(valueBytes.length, 2 + nameBytes.length);
  valueBytes.copy(header, 4 + nameBytes.length);
  return header;
}
