import { crc32 } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type AwsFrame,
  type AwsFrameFault,
  awsFrameParser,
  isAwsEventStream,
  readAwsFrames,
} from './aws-event-stream.ts';

type Header = readonly [name: string, type: number, value: Buffer];

function header([name, type, value]: Header): Buffer {
  const sized = type === 6 || type === 7;
  const length = Buffer.alloc(sized ? 2 : 0);
  if (sized) length.writeUInt16BE(value.length);
  return Buffer.concat([
    Buffer.of(Buffer.byteLength(name)),
    Buffer.from(name),
    Buffer.of(type),
    length,
    value,
  ]);
}

/** A frame as AWS writes it (smithy.io/2.0/aws/amazon-eventstream). */
function frame(headers: readonly Header[], payload: Uint8Array): Buffer {
  const head = Buffer.concat(headers.map(header));
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(16 + head.length + payload.length, 0);
  prelude.writeUInt32BE(head.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const body = Buffer.concat([prelude, head, payload]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([body, checksum]);
}

const anyHeader = fc.oneof(
  fc.tuple(
    fc.string({ minLength: 1, maxLength: 20 }),
    fc.constant(7),
    fc.string().map((it) => Buffer.from(it)),
  ),
  fc.tuple(fc.constant('other'), fc.constantFrom(0, 1), fc.constant(Buffer.alloc(0))),
  ...[
    [2, 1],
    [3, 2],
    [4, 4],
    [5, 8],
    [8, 8],
    [9, 16],
  ].map(([type, size]) =>
    fc.tuple(fc.constant('fixed'), fc.constant(type ?? 0), fc.constant(Buffer.alloc(size ?? 0))),
  ),
  fc.tuple(
    fc.constant('raw'),
    fc.constant(6),
    fc.uint8Array({ maxLength: 9 }).map((it) => Buffer.from(it)),
  ),
);
const anyFrame = fc.record({
  headers: fc.array(anyHeader, { maxLength: 5 }),
  payload: fc.uint8Array({ maxLength: 60 }),
});

function read(chunks: readonly Uint8Array[]): { frames: AwsFrame[]; faults: AwsFrameFault[] } {
  const frames: AwsFrame[] = [];
  const faults: AwsFrameFault[] = [];
  const parser = awsFrameParser({ frame: (it) => frames.push(it), fault: (it) => faults.push(it) });
  for (const chunk of chunks) parser.push(chunk);
  parser.end();
  return { frames, faults };
}

const plain = (frames: readonly AwsFrame[]) =>
  frames.map(({ headers, payload }) => [[...headers], Buffer.from(payload).toString('hex')]);

describe('AWS event stream frames', () => {
  test('come out as they were put in, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(anyFrame, { maxLength: 6 }),
        fc.array(fc.nat({ max: 60 }), { maxLength: 20 }),
        (given, steps) => {
          const whole = Buffer.concat(given.map(({ headers, payload }) => frame(headers, payload)));
          const chunks: Uint8Array[] = [];
          let at = 0;
          for (const step of steps) {
            chunks.push(whole.subarray(at, at + step));
            at += step;
          }
          chunks.push(whole.subarray(at));
          const { frames, faults } = read(chunks);
          expect(faults).toEqual([]);
          expect(plain(frames)).toEqual(
            given.map(({ headers, payload }) => [
              [
                ...new Map(
                  headers.filter(([, type]) => type === 7).map(([name, , value]) => [name, value.toString()]),
                ),
              ],
              Buffer.from(payload).toString('hex'),
            ]),
          );
        },
      ),
    );
  });

  test('one changed byte anywhere is a fault, and no frame from there on is given out', () => {
    fc.assert(
      fc.property(
        fc.array(anyFrame, { minLength: 1, maxLength: 4 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (given, where, flip) => {
          const parts = given.map(({ headers, payload }) => frame(headers, payload));
          const whole = Buffer.concat(parts);
          const at = where % whole.length;
          whole[at] = (whole[at] ?? 0) ^ flip;
          let intact = 0;
          for (let end = 0; intact < parts.length; intact++) {
            end += parts[intact]?.length ?? 0;
            if (end > at) break;
          }
          const { frames, fault } = readAwsFrames(whole);
          expect(fault).not.toBeNull();
          expect(frames).toHaveLength(intact);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('a stream that stops inside a frame says so after the whole ones', () => {
    const whole = frame([], Buffer.from('{}'));
    expect(readAwsFrames(Buffer.concat([whole, whole.subarray(0, 9)]))).toMatchObject({
      frames: [{}],
      fault: 'cut-off',
    });
  });

  test.each([
    ['shorter than its own headers', 16, 100],
    ['of 4 GB', 0xffffffff, 0],
  ])('a frame %s is refused at its prelude', (_, total, headers) => {
    const prelude = Buffer.alloc(12);
    prelude.writeUInt32BE(total, 0);
    prelude.writeUInt32BE(headers, 4);
    prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
    expect(readAwsFrames(prelude).fault).toBe('bad-length');
  });

  test('headers that do not fit their frame are refused', () => {
    expect(readAwsFrames(frame([['a', 42, Buffer.alloc(0)]], Buffer.alloc(0))).fault).toBe('bad-header');
    expect(readAwsFrames(frame([['a', 9, Buffer.alloc(3)]], Buffer.alloc(0))).fault).toBe('bad-header');
  });

  test('are told from JSON and server-sent events by their first bytes', () => {
    expect(isAwsEventStream(frame([], Buffer.from('{}')))).toBe(true);
    expect(isAwsEventStream(Buffer.from('data: {"usage":{}}\n\n'))).toBe(false);
    expect(isAwsEventStream(Buffer.from('{"usage":{"input_tokens":1}}'))).toBe(false);
    expect(isAwsEventStream(new Uint8Array())).toBe(false);
  });
});
