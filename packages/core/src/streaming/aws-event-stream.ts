import { crc32 } from 'node:zlib';

/** One message of `application/vnd.amazon.eventstream` (spec/providers 8.3). */
export interface AwsFrame {
  /** The string headers: `:message-type`, `:event-type`, `:exception-type` … */
  readonly headers: ReadonlyMap<string, string>;
  readonly payload: Uint8Array;
}

export type AwsFrameFault = 'bad-length' | 'bad-checksum' | 'bad-header' | 'cut-off';

export interface AwsFrameReader {
  frame(frame: AwsFrame): void;
  /** Called at most once; nothing follows it. */
  fault(fault: AwsFrameFault): void;
}

const PRELUDE = 12;
const CHECKSUM = 4;
const SMALLEST = PRELUDE + CHECKSUM;
/** AWS allows 16 MB of payload and 128 KB of headers. */
const LARGEST = 17 * 1024 * 1024;

/** Reads frames from chunks that may be cut anywhere. Both checksums are checked. */
export function awsFrameParser(reader: AwsFrameReader): { push(bytes: Uint8Array): void; end(): void } {
  let pieces: Uint8Array[] = [];
  let length = 0;
  /** How many bytes must be there before it is worth looking again. */
  let needed = PRELUDE;
  let failed = false;

  const fail = (fault: AwsFrameFault) => {
    failed = true;
    pieces = [];
    reader.fault(fault);
  };

  const readAll = () => {
    let bytes = asBuffer(pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces, length));
    while (bytes.length >= PRELUDE) {
      const total = frameLength(bytes);
      if (typeof total === 'string') return fail(total);
      needed = total;
      if (bytes.length < total) break;
      const frame = readFrame(bytes.subarray(0, total));
      if (typeof frame === 'string') return fail(frame);
      reader.frame(frame);
      bytes = bytes.subarray(total);
      needed = PRELUDE;
    }
    pieces = bytes.length > 0 ? [bytes] : [];
    length = bytes.length;
  };

  return {
    push(bytes) {
      if (failed) return;
      pieces.push(bytes);
      length += bytes.length;
      if (length >= needed) readAll();
    },
    end() {
      if (!failed && length > 0) fail('cut-off');
    },
  };
}

/** All frames of a whole body, up to the first fault. */
export function readAwsFrames(bytes: Uint8Array): {
  readonly frames: AwsFrame[];
  readonly fault: AwsFrameFault | null;
} {
  const frames: AwsFrame[] = [];
  let fault: AwsFrameFault | null = null;
  const parser = awsFrameParser({
    frame: (frame) => frames.push(frame),
    fault: (found) => {
      fault = found;
    },
  });
  parser.push(bytes);
  parser.end();
  return { frames, fault };
}

/** Whether the bytes begin like an event stream: no other body passes the prelude's checksum. */
export function isAwsEventStream(bytes: Uint8Array): boolean {
  return bytes.length >= PRELUDE && typeof frameLength(asBuffer(bytes)) === 'number';
}

const asBuffer = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function frameLength(bytes: Buffer): number | AwsFrameFault {
  if (crc32(bytes.subarray(0, 8)) !== bytes.readUInt32BE(8)) return 'bad-checksum';
  const total = bytes.readUInt32BE(0);
  const headers = bytes.readUInt32BE(4);
  return total >= SMALLEST + headers && total <= LARGEST ? total : 'bad-length';
}

function readFrame(bytes: Buffer): AwsFrame | AwsFrameFault {
  const end = bytes.length - CHECKSUM;
  if (crc32(bytes.subarray(0, end)) !== bytes.readUInt32BE(end)) return 'bad-checksum';
  const payloadStart = PRELUDE + bytes.readUInt32BE(4);
  const headers = readHeaders(bytes.subarray(PRELUDE, payloadStart));
  return headers ? { headers, payload: bytes.subarray(payloadStart, end) } : 'bad-header';
}

const STRING = 7;
/** Sizes of the fixed header types: true, false, byte, short, int, long, (bytes, string), timestamp, uuid. */
const FIXED: readonly (number | null)[] = [0, 0, 1, 2, 4, 8, null, null, 8, 16];

function readHeaders(bytes: Buffer): ReadonlyMap<string, string> | null {
  const headers = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const nameEnd = at + 1 + (bytes[at] ?? 0);
    const type = bytes[nameEnd];
    const fixed = type === undefined ? undefined : FIXED[type];
    if (fixed === undefined) return null;
    const sized = nameEnd + 1 + (fixed === null ? 2 : 0);
    if (sized > bytes.length) return null;
    const valueEnd = sized + (fixed ?? bytes.readUInt16BE(nameEnd + 1));
    if (valueEnd > bytes.length) return null;
    if (type === STRING)
      headers.set(bytes.toString('utf8', at + 1, nameEnd), bytes.toString('utf8', sized, valueEnd));
    at = valueEnd;
  }
  return headers;
}
