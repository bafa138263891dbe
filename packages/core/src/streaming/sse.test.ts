import { describe, expect, test } from '@jest/globals';
import { readSse } from './sse.ts';

const read = (text: string) => readSse(Buffer.from(text));

describe('a server-sent event', () => {
  test.each([
    ['with a name', 'event: ping\ndata: {}\n\n', [{ name: 'ping', data: '{}' }]],
    ['of several lines', 'data: a\ndata: b\n\n', [{ name: '', data: 'a\nb' }]],
    ['after a byte order mark', '\ufeffdata: a\n\n', [{ name: '', data: 'a' }]],
    ['between comments', ': OPENROUTER PROCESSING\n\ndata: a\n: x\n\n', [{ name: '', data: 'a' }]],
    [
      'with returns only',
      'data: a\r\rdata: b\r\r',
      [
        { name: '', data: 'a' },
        { name: '', data: 'b' },
      ],
    ],
    [
      'without its last blank line',
      'data: a\n\ndata: [DONE]',
      [
        { name: '', data: 'a' },
        { name: '', data: '[DONE]' },
      ],
    ],
    ['with one space dropped, not two', 'data:  a\n\n', [{ name: '', data: ' a' }]],
    ['with empty data', 'data\n\n', [{ name: '', data: '' }]],
    [
      'of bare JSON, as some write a failure in mid-stream',
      'data: a\n\n{\n  "error": {}\n}\n\ndata: b\n\n',
      [
        { name: '', data: 'a' },
        { name: '', data: '{\n  "error": {}\n}' },
        { name: '', data: 'b' },
      ],
    ],
    ['without data is none', 'event: x\n\n', []],
    [
      'keeps its name to itself',
      'event: x\ndata: 1\n\ndata: 2\n\n',
      [
        { name: 'x', data: '1' },
        { name: '', data: '2' },
      ],
    ],
  ])('%s', (_, text, events) => {
    expect(read(text)).toEqual(events);
  });
});
