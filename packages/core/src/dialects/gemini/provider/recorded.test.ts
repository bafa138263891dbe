import { describe, expect, test } from '@jest/globals';
import { foldEvents } from '../../../form/fold-events.ts';
import type { Json } from '../../../form/json.ts';
import type { ModelResponse } from '../../../form/response.ts';
import { tokensIn, tokensOut } from '../../../form/token-usage.ts';
import { inputTotal, outputTotal } from '../../../form/usage.ts';
import { hasRecorded, recordedAnswer, recordedBody } from '../../../providers/__fixtures__/recorded.ts';
import { assembleGemini } from '../../../providers/assembled/gemini.ts';
import { tokenUsage } from '../../../providers/usage/token-shapes.ts';
import { decodeContext, decoded } from '../../__fixtures__/exchange.ts';
import { encodeAnswer, withoutExceptions } from '../__fixtures__/encode-answer.ts';
import { gemini } from './index.ts';

const recorded = hasRecorded ? describe : describe.skip;

const json = (bytes: Buffer) => JSON.parse(bytes.toString()) as Json;
const chunksOf = (file: string): readonly Json[] =>
  recordedBody(`google/${file}`)
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Json);

function answered(result: ReturnType<typeof gemini.decodeResponse>): ModelResponse {
  if ('kind' in result) throw new Error(result.message);
  return result;
}
const whole = (body: Json) => answered(gemini.decodeResponse(body, decodeContext()));
const streamed = (chunks: readonly Json[]) => answered(foldEvents(decoded(gemini, chunks)));

/** Disjoint classes add up to what the record reads, and to the provider's own total. */
function expectSums({ usage }: ModelResponse, raw: unknown) {
  const metadata = raw as Json;
  const record = tokenUsage('gemini', metadata);
  if (!usage || !record) throw new Error('no usage');
  expect(inputTotal(usage)).toBe(tokensIn(record));
  expect(outputTotal(usage)).toBe(tokensOut(record));
  expect(inputTotal(usage) + outputTotal(usage)).toBe(metadata.totalTokenCount);
}

recorded('whole answers that Google gave', () => {
  test('a text with its seal, thoughts counted beside the answer', () => {
    const body = json(recordedBody('google/google-text.json'));
    const answer = whole(body);
    expect(answer).toMatchObject({
      id: 'Un6LacrVMcjUxs0PmJfWoQc',
      model: 'gemini-3-pro-preview',
      created: null,
      finish: { reason: 'stop', raw: 'STOP' },
      usage: { input: 9, output: 28, reasoning: 244, cacheRead: 0 },
    });
    expect(answer.blocks.map(({ kind }) => kind)).toEqual(['text', 'reasoning']);
    expect(answer.blocks[1]).toMatchObject({ text: '', proof: { family: 'google', kind: 'signature' } });
    expectSums(answer, body.usageMetadata);
    expect(encodeAnswer(answer)).toEqual(body);
  });

  test('the limit reached while thinking: no parts, no text, and the thoughts are paid', () => {
    const body = json(recordedAnswer('google/max-tokens-no-parts.cassette.yaml'));
    const answer = whole(body);
    expect(answer.blocks).toEqual([]);
    expect(answer.finish).toEqual({ reason: 'length', raw: 'MAX_TOKENS' });
    expect(answer.usage).toMatchObject({ input: 15, output: 0, reasoning: 2 });
    expectSums(answer, body.usageMetadata);
    expect(encodeAnswer(answer)).toEqual(body);
  });

  test('an image', () => {
    const body = json(recordedAnswer('google/image-output.cassette.yaml'));
    const answer = whole(body);
    expect(answer.blocks).toMatchObject([
      { kind: 'image', source: { kind: 'data', mediaType: 'image/jpeg' } },
    ]);
    expect(answer.created).toBe(Date.UTC(2025, 11, 18, 0, 23, 47) / 1000);
    expect(answer.usage).toMatchObject({ input: 9, output: 0, outputImage: 1290 });
    expectSums(answer, body.usageMetadata);
    expect(encodeAnswer(answer)).toEqual(body);
  });

  test('structured output', () => {
    const body = json(recordedAnswer('google/json-schema.cassette.yaml'));
    const answer = whole(body);
    const [block] = answer.blocks;
    expect(JSON.parse(block?.kind === 'text' ? block.text : '')).toMatchObject({ name: 'My Collection' });
    expectSums(answer, body.usageMetadata);
    expect(encodeAnswer(answer)).toEqual(body);
  });
});

recorded('streams that Google sent', () => {
  const lossless = (file: string) => {
    const chunks = chunksOf(file);
    const answer = streamed(chunks);
    expect(encodeAnswer(answer)).toEqual(withoutExceptions(assembleGemini(chunks)));
    return { answer, chunks };
  };

  test('a text whose seal comes alone in the last part; counts repeat and are not added up (bug 14)', () => {
    const { answer, chunks } = lossless('google-text.chunks.txt');
    expect(answer.blocks).toMatchObject([
      { kind: 'text', text: 'There are **3** "r"s in strawberry.\n\nst**r**awbe**rr**y' },
      { kind: 'reasoning', text: '', proof: { family: 'google' } },
    ]);
    expect(answer.finish).toEqual({ reason: 'stop', raw: 'STOP' });
    expectSums(answer, chunks.at(-1)?.usageMetadata);
  });

  test('a call that comes whole, with its seal, and STOP after it (bugs 24, 26)', () => {
    const { answer, chunks } = lossless('google-tool-call-gemini3.chunks.txt');
    expect(answer.blocks).toMatchObject([
      {
        kind: 'tool-call',
        id: 'call_000000000000000000000001',
        name: 'weather',
        arguments: '{"location":"San Francisco"}',
        proof: { family: 'google', kind: 'signature' },
      },
    ]);
    expect(answer.finish).toEqual({ reason: 'tool-calls', raw: 'STOP' });
    expect(answer.usage).toMatchObject({ input: 29, output: 15, reasoning: 804 });
    expectSums(answer, chunks.at(-1)?.usageMetadata);
  });

  test('calls whose arguments Vertex streams, and one without any between them (bug 1)', () => {
    const { answer, chunks } = lossless('google-stream-no-args-tool-call.chunks.txt');
    const calls = answer.blocks.flatMap((block) =>
      block.kind === 'tool-call' ? [[block.name, block.arguments]] : [],
    );
    expect(calls).toEqual([
      ['read_theme', '{}'],
      ['read_screen', '{"id":"A"}'],
      ['read_screen', '{"id":"B"}'],
      ['read_screen', '{"id":"C"}'],
    ]);
    expect(answer.blocks[0]).toMatchObject({ kind: 'reasoning' });
    expect(answer.finish.reason).toBe('tool-calls');
    expectSums(answer, chunks.at(-1)?.usageMetadata);
  });

  test('every chunk gives its events at once', () => {
    const decoder = gemini.decodeStream(decodeContext());
    const counts = chunksOf('google-text.chunks.txt').map(
      (chunk) => decoder.push({ kind: 'sse', name: '', data: JSON.stringify(chunk) }).length,
    );
    expect(counts.slice(0, 2)).toEqual([3, 1]);
  });
});

recorded('errors that Google gave', () => {
  test('a quota, with the time to wait', () => {
    const text = recordedBody('google/google-429-retry-info.json').toString();
    expect(gemini.decodeError({ status: 429, headers: new Map(), text })).toMatchObject({
      class: 'rate-limit',
      status: 429,
      code: 'RESOURCE_EXHAUSTED',
    });
  });
});
