import { describe, expect, test } from '@jest/globals';
import { readUrl, sniffMediaType, writeUrl } from './media.ts';

describe('a URL of a caller', () => {
  test.each([
    ['data:image/png;base64,iVBOR=', { kind: 'data', mediaType: 'image/png', data: 'iVBOR=' }],
    ['DATA:IMAGE/PNG;BASE64,iVBOR=', { kind: 'data', mediaType: 'image/png', data: 'iVBOR=' }],
    ['data:text/plain;charset=utf-8;base64,YQ==', { kind: 'data', mediaType: 'text/plain', data: 'YQ==' }],
    ['data:;base64,YQ==', { kind: 'data', mediaType: 'application/octet-stream', data: 'YQ==' }],
    ['data:image/png;base64,iV\nBO\r\nR=', { kind: 'data', mediaType: 'image/png', data: 'iVBOR=' }],
    ['https://a.example/b.png', { kind: 'url', url: 'https://a.example/b.png' }],
    ['gs://bucket/b.png', { kind: 'url', url: 'gs://bucket/b.png' }],
    ['data:text/plain,hello', null],
    ['data:image/png;base64', null],
    ['data:', null],
  ])('%p is read', (url, expected) => {
    expect(readUrl(url)).toEqual(expected);
  });

  test('of five megabytes is read without going through it twice', () => {
    const data = 'A'.repeat(5_000_000);
    expect(readUrl(`data:image/png;base64,${data}`)).toEqual({ kind: 'data', mediaType: 'image/png', data });
  });

  test('is written again; an id at a file store is none', () => {
    for (const url of ['data:image/png;base64,iVBOR=', 'https://a.example/b.png']) {
      const source = readUrl(url);
      expect(source && writeUrl(source)).toBe(url);
    }
    expect(writeUrl({ kind: 'file-id', id: 'x', dialect: 'openai-chat' })).toBeNull();
  });
});

describe('the bytes of a picture', () => {
  const bytes = (...values: readonly (number | string)[]) =>
    Buffer.concat([
      ...values.map((value) => (typeof value === 'string' ? Buffer.from(value, 'latin1') : Buffer.of(value))),
      Buffer.alloc(32, 7),
    ]).toString('base64');

  test.each<[is: string, data: string]>([
    ['image/png', bytes(0x89, 'PNG\r\n\x1a\n')],
    ['image/jpeg', bytes(0xff, 0xd8, 0xff, 0xe0)],
    ['image/jpeg', bytes(0xff, 0xd8, 0xff, 0xdb)],
    ['image/gif', bytes('GIF87a')],
    ['image/gif', bytes('GIF89a')],
    ['image/webp', bytes('RIFF', 0x10, 0x2f, 0xff, 0x00, 'WEBPVP8 ')],
    ['image/webp', bytes('RIFF', 0xff, 0xff, 0xff, 0xff, 'WEBPVP8L')],
    ['application/pdf', bytes('%PDF-1.7')],
  ])('say that it is %s, whatever it is labelled', (is, data) => {
    expect(sniffMediaType({ mediaType: 'image/x-wrong', data })).toBe(is);
  });

  test('that nobody knows keep their label, by its usual name', () => {
    const wave = bytes('RIFF', 1, 2, 3, 4, 'WAVEfmt ');
    expect(sniffMediaType({ mediaType: 'audio/wav', data: wave })).toBe('audio/wav');
    expect(sniffMediaType({ mediaType: 'image/heic', data: 'AAAA' })).toBe('image/heic');
    expect(sniffMediaType({ mediaType: 'image/jpg', data: '' })).toBe('image/jpeg');
  });
});
