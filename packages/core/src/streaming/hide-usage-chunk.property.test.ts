import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ByteConsumer, StreamFault } from './byte-stream.ts';
import { hideUsageChunk } from './hide-usage-chunk.ts';

const USAGE = '{"id":"c","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}';
const SPACED = '{"choices" : [ ] , "usage": {"a":1}, "x":"\\n"}';
const OTHERS = [
  '{"choices":[{"delta":{"content":"hi"}}],"usage":null}',
  '{"choices":[{"delta":{"content":"\\"choices\\":[],\\"usage\\":{}"}}]}',
  '{"choices":[],"prompt_filter_results":[]}',
  '{"choices":[],"usage":null}',
  '{"choices":[{"delta":{}}],"usage":{"prompt_tokens":1}}',
  '{"error":{"message":"no"}}',
  '{"choices":[],"usage":{"broken":',
  '[DONE]',
  'ü€😀',
];

function run(chunks: readonly Uint8Array[], fault: StreamFault | null = null) {
  const out: Uint8Array[] = [];
  const ends: (StreamFault | null)[] = [];
  const sink: ByteConsumer = { chunk: (bytes) => out.push(bytes), end: (it) => ends.push(it) };
  const filter = hideUsageChunk(sink);
  for (const chunk of chunks) filter.chunk(chunk);
  filter.end(fault);
  return { out, ends, text: Buffer.concat(out).toString() };
}

const bytes = (text: string) => Buffer.from(text);

describe('hiding the usage chunk', () => {
  const event = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...OTHERS).map((data) => ({ data, hidden: false })) },
    fc.constantFrom(USAGE, SPACED).map((data) => ({ data, hidden: true })),
    fc.nat({ max: 3 }).map((size) => ({ data: `{"image":"${'A'.repeat(size * 40_000)}"}`, hidden: false })),
  );
  const stream = fc.tuple(
    fc.array(event, { maxLength: 10 }),
    fc.constantFrom('\n', '\r\n', '\r'),
    fc.boolean(),
  );

  test('takes out exactly that event, however the stream is cut', () => {
    fc.assert(
      fc.property(
        stream,
        fc.array(fc.nat({ max: 2_000 }), { maxLength: 10 }),
        ([events, end, closed], steps) => {
          const text = (visible: readonly { data: string }[]) =>
            visible.map(({ data }) => `data: ${data}${end}${end}`).join('');
          const cut = (whole: string) => (closed || whole === '' ? whole : whole.slice(0, -2 * end.length));
          const whole = bytes(cut(text(events)));
          const chunks: Uint8Array[] = [];
          let at = 0;
          for (const step of steps) {
            chunks.push(whole.subarray(at, at + step));
            at += step;
          }
          chunks.push(whole.subarray(at));
          const last = events.at(-1);
          const expected = text(events.filter(({ hidden }) => !hidden));
          expect(run(chunks).text).toBe(last && !last.hidden ? cut(expected) : expected);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('byte by byte takes out the same', () => {
    const whole = `: hi\n\ndata: ${OTHERS[0]}\r\n\r\ndata: ${USAGE}\r\n\r\ndata: [DONE]\n\n`;
    expect(run([...bytes(whole)].map((byte) => Uint8Array.of(byte))).text).toBe(
      `: hi\n\ndata: ${OTHERS[0]}\r\n\r\ndata: [DONE]\n\n`,
    );
  });

  test('hands on the very chunks that cannot hold it', () => {
    const chunks = [
      bytes(`data: ${OTHERS[0]}\n\n`),
      bytes(`data: ${OTHERS[1]}\n\ndata: ${OTHERS[0]}\r\n\r\n`),
    ];
    const { out } = run(chunks);
    expect(out).toHaveLength(2);
    for (const [at, chunk] of chunks.entries()) expect(out[at]).toBe(chunk);
  });

  test('does not hold back an event that is longer than any usage chunk', () => {
    const out: Uint8Array[] = [];
    const filter = hideUsageChunk({ chunk: (it) => out.push(it), end: () => {} });
    filter.chunk(bytes(`data: {"image":"${'A'.repeat(100_000)}`));
    expect(Buffer.concat(out).length).toBeGreaterThan(100_000);
  });

  test('ends once, with the fault of its source', () => {
    const fault: StreamFault = { kind: 'reset', message: 'gone' };
    expect(run([bytes('data: half')], fault)).toMatchObject({ ends: [fault], text: 'data: half' });
    expect(run([])).toMatchObject({ ends: [null], out: [] });
  });
});
