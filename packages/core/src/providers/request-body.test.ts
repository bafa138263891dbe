import { describe, expect, test } from '@jest/globals';
import { isRefusal, Refusal } from '../errors/refusal.ts';
import { askForUsage, readModel, rewriteModel, withoutPin } from './request-body.ts';

const bytes = (text: string) => Buffer.from(text);
const text = (body: Uint8Array | null) => (body ? Buffer.from(body).toString() : null);
const refusal = (body: string) => {
  const read = readModel(bytes(body));
  return read instanceof Refusal ? read.name : read;
};

describe('the model of a request', () => {
  test('is the last of several', () => {
    expect(readModel(bytes('{"model":"a","model":"b"}'))).toMatchObject({ model: 'b' });
  });
  test('is never one that stands deeper or inside a text', () => {
    expect(
      readModel(bytes('{"a":{"model":"x"},"b":"\\"model\\":\\"y\\"","c":[{"model":"z"}]}')),
    ).toMatchObject({
      model: null,
    });
  });
  test('is found under an escaped key and read with its escapes', () => {
    expect(readModel(bytes('{"\\u006dodel":"a\\/\\u00fc"}'))).toMatchObject({ model: 'a/ü' });
  });
  test('that is no string is none', () => {
    expect(readModel(bytes('{"model":7}'))).toMatchObject({ model: null });
  });
});

describe('a body that is no JSON object', () => {
  test.each([
    '',
    ' ',
    '[]',
    '"x"',
    '{',
    '{"a":1}x',
    '{"a":01}',
    '{"a":1,}',
    "{'a':1}",
    '{"a":"\n"}',
    '\ufeff{}',
    '{"a":tru}',
    '{"a":1.}',
    '{"a":-}',
  ])('is malformed: %j', (body) => {
    expect(refusal(body)).toBe('malformedJson');
  });
  test('is told so: a list is valid JSON', () => {
    expect(readModel(bytes('[]'))).toMatchObject({ message: 'The body is not a valid JSON object.' });
  });
  test.each([['['], ['{"a":']])('nested a million times with %s is refused without a crash', (open) => {
    expect(refusal(`{"x":${open.repeat(1_000_000)}`)).toBe('invalidRequest');
  });
  test('is not rewritten', () => {
    expect(rewriteModel(bytes('{"model":'), 'x')).toBeNull();
    expect(askForUsage(bytes('nonsense'))).toEqual({ body: bytes('nonsense'), hide: false });
  });
});

describe('rewriting the model', () => {
  test('replaces every duplicate, so that no reader finds the old name', () => {
    expect(text(rewriteModel(bytes('{ "model":"a" , "x":1.0,"model" : null }'), 'b"'))).toBe(
      '{ "model":"b\\"" , "x":1.0,"model" : "b\\"" }',
    );
  });
});

describe('asking for usage', () => {
  test.each([
    ['{"stream":true}', '{"stream_options":{"include_usage":true},"stream":true}'],
    ['{ "stream" : true }', '{"stream_options":{"include_usage":true}, "stream" : true }'],
    ['{"stream":true,"stream_options":{}}', '{"stream":true,"stream_options":{"include_usage":true}}'],
    [
      '{"stream":true,"stream_options":{"x":1}}',
      '{"stream":true,"stream_options":{"include_usage":true,"x":1}}',
    ],
    [
      '{"stream":true,"stream_options":{"include_usage":false}}',
      '{"stream":true,"stream_options":{"include_usage":true}}',
    ],
    ['{"stream":true,"stream_options":null}', '{"stream":true,"stream_options":{"include_usage":true}}'],
  ])('%s becomes %s and the chunk is hidden', (before, after) => {
    const { body, hide } = askForUsage(bytes(before));
    expect([text(body), hide]).toEqual([after, true]);
  });
  test.each([
    '{"stream":false}',
    '{}',
    '{"stream":"true"}',
    '{"stream":true,"stream_options":{"include_usage":true}}',
    '{"stream":true,"stream_options":"x"}',
  ])('%s stays as it is', (before) => {
    const body = bytes(before);
    expect(askForUsage(body)).toEqual({ body, hide: false });
    expect(askForUsage(body).body).toBe(body);
  });
});

describe('a body that pins its provider', () => {
  test.each([
    ['{"provider":"cloudflare","model":"m"}', '{"model":"m"}'],
    ['{"model":"m","provider":"cloudflare"}', '{"model":"m"}'],
    ['{ "model" : "m" , "provider" : "x" , "y":1 }', '{ "model" : "m" , "y":1 }'],
    ['{"provider":"a"}', '{}'],
    ['{"provider":"a" , "provider":"b","y":1,"provider":"c"}', '{"y":1}'],
    ['{"y":1}', '{"y":1}'],
  ])('%s goes on as %s', (body, without) => {
    expect(Buffer.from(withoutPin(Buffer.from(body))).toString()).toBe(without);
  });
  test('says who shall serve it; an object of that name is the provider’s own field', () => {
    const pin = (body: string) => {
      const facts = readModel(Buffer.from(body));
      return isRefusal(facts) ? facts : facts.pin;
    };
    expect(pin('{"provider":"cloudflare"}')).toBe('cloudflare');
    expect(pin('{"provider":{"order":["a"]}}')).toBeNull();
    expect(pin('{}')).toBeNull();
  });
});
