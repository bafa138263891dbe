import { describe, expect, it } from '@jest/globals';
import { endsInsideEvent } from './cut-event.ts';

const ends = (text: string) => endsInsideEvent(Buffer.from(text));

describe('a stream that ended', () => {
  it('after a blank line, or a line end, is whole', () => {
    expect(ends('data: {"a":1}\n\n')).toBe(false);
    expect(ends('data: {"a":\n')).toBe(false);
    expect(ends('data: {"a":1}\r\rdata: [DONE]\r\r')).toBe(false);
    expect(ends('')).toBe(false);
  });

  it('without its last line end is whole when the line is', () => {
    expect(ends('data: {"a":1}\n\ndata: [DONE]')).toBe(false);
    expect(ends('data: {"a":1}\n\ndata: {"b":2}')).toBe(false);
    expect(ends('data: {"a":1}\n\n: keep-alive')).toBe(false);
    expect(ends('data: {"a":1}\r\rdata: [DONE]')).toBe(false);
  });

  it('inside JSON, or inside a field name, was cut', () => {
    expect(ends('data: {"a":1}\n\ndata: {"b":')).toBe(true);
    expect(ends('data: {"a":1}\n\nda')).toBe(true);
    expect(ends('event: message_delta\ndata: {"type":"mess')).toBe(true);
    expect(ends('event: mess')).toBe(true);
  });
});
