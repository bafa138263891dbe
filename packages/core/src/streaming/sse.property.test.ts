import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readSse, type SseEvent, sseParser } from './sse.ts';
import { eventEnd, eventStart } from './sse-bounds.ts';

/** Texts of the pieces that trip parsers: line ends, fields, colons, spaces, characters of every length. */
const stream = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('\n', '\r\n', '\r', '\n\n', '\r\n\r\n') },
      {
        weight: 3,
        arbitrary: fc.constantFrom(
          'data:',
          'data: ',
          'event: x',
          'id: 1',
          ': comment',
          'retry:5',
          'data',
          'data:  y',
        ),
      },
      fc.constantFrom('{"a":1}', 'ü', '€', '😀', ' ', ':', '\ufeff', ''),
    ),
    { maxLength: 40 },
  )
  .map((pieces) => Buffer.from(pieces.join('')));

const cuts = fc.array(fc.nat({ max: 200 }), { maxLength: 12 });

function pieces(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const points = [0, ...at.map((it) => Math.min(it, bytes.length)).toSorted((a, b) => a - b), bytes.length];
  return points.slice(1).map((end, index) => bytes.subarray(points[index], end));
}

function readChunked(chunks: readonly Uint8Array[]): SseEvent[] {
  const events: SseEvent[] = [];
  const parser = sseParser((event) => events.push(event));
  for (const chunk of chunks) parser.push(chunk);
  parser.end();
  return events;
}

/** The WHATWG algorithm, written down as literally as possible, with our rule for bare JSON. */
function readByTheBook(bytes: Uint8Array): SseEvent[] {
  const lines = new TextDecoder().decode(bytes).split(/\r\n|\r|\n/);
  const events: SseEvent[] = [];
  let [name, data, isBare] = ['', '', false];
  for (const line of [...lines, '']) {
    if (line === '') {
      if (data !== '') events.push({ name, data: data.slice(0, -1) });
      [name, data, isBare] = ['', '', false];
      continue;
    }
    if (isBare || (data === '' && line.startsWith('{'))) {
      isBare = true;
      data += `${line}\n`;
      continue;
    }
    const [, field, value] = /^([^:]*)(?:: ?(.*))?$/su.exec(line) ?? [];
    if (field === 'data') data += `${value ?? ''}\n`;
    if (field === 'event') name = value ?? '';
  }
  return events;
}

describe('reading server-sent events', () => {
  test('any chunking gives the events of the whole', () => {
    fc.assert(
      fc.property(stream, cuts, (bytes, at) => {
        expect(readChunked(pieces(bytes, at))).toEqual(readSse(bytes));
      }),
      { numRuns: 2_000 },
    );
  });
  test('byte by byte gives the events of the whole', () => {
    fc.assert(
      fc.property(stream, (bytes) => {
        expect(readChunked([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(readSse(bytes));
      }),
    );
  });
  test('the events are those of the standard’s algorithm, the unfinished last one included', () => {
    fc.assert(
      fc.property(stream, (bytes) => {
        expect(readSse(bytes)).toEqual(readByTheBook(bytes));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('finding an event by a byte in it', () => {
  test('the bounds of any byte hold exactly the event that the parser sees there', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('a', '"', ' ', 'ü') }), { minLength: 1, maxLength: 6 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.nat(),
        (texts, end, pick) => {
          const events = texts.map((text) => `data: ${text}${end}data: 2${end}${end}`);
          const at = pick % events.length;
          const bytes = Buffer.from(events.join(''));
          const before = Buffer.from(events.slice(0, at).join('')).length;
          const inside = before + (pick % (Buffer.from(events[at] ?? '').length - 2 * end.length)) + 1;
          const from = eventStart(bytes, inside);
          const to = eventEnd(bytes, inside);
          expect(readSse(bytes.subarray(from, to === -1 ? bytes.length : to))).toEqual([
            { name: '', data: `${texts[at]}\n2` },
          ]);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
