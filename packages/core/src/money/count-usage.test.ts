import { describe, expect, test } from '@jest/globals';
import { awsChunk, awsFrames } from '../providers/__fixtures__/frames.ts';
import { hasRecorded, recordedAnswers } from '../providers/__fixtures__/recorded.ts';
import { readAnswerTexts } from './count-answer.ts';
import { familyOf } from './count-families.ts';
import { countUsage } from './count-usage.ts';

/** A token a word, so that sums can be done in the head. */
const WORDS = { count: (text: string) => text.split(/\s+/).filter((word) => word !== '').length };

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const sse = (...events: readonly unknown[]) =>
  Buffer.from(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
const NOTHING = Buffer.alloc(0);

const count = (model: string, request: unknown, answer: Uint8Array = NOTHING) =>
  countUsage({ provider: 'openai', model, request: json(request), answer }, WORDS);

/** What formats put around a conversation and a message. */
const around = (messages: number) => 3 + 4 * messages;

describe('what a request carries', () => {
  test.each<[format: string, request: object, words: number, messages: number]>([
    [
      'chat',
      {
        model: 'not read',
        messages: [
          { role: 'system', content: 'be kind' },
          { role: 'user', content: [{ type: 'text', text: 'one two three' }] },
        ],
      },
      5,
      2,
    ],
    ['Responses', { instructions: 'be kind', input: 'one two three' }, 5, 2],
    [
      'messages',
      { system: [{ type: 'text', text: 'be kind' }], messages: [{ role: 'user', content: 'one' }] },
      3,
      2,
    ],
    [
      'Gemini',
      {
        systemInstruction: { parts: [{ text: 'be kind' }] },
        contents: [{ role: 'user', parts: [{ text: 'one' }] }],
      },
      3,
      2,
    ],
    [
      'Converse',
      { system: [{ text: 'be kind' }], messages: [{ role: 'user', content: [{ text: 'one' }] }] },
      3,
      2,
    ],
    ['Cohere', { messages: [{ role: 'user', content: 'one two' }], documents: ['three four'] }, 4, 2],
    ['completions', { prompt: 'one two' }, 2, 1],
    ['embeddings', { input: ['one two', 'three'] }, 3, 2],
    [
      'the call and its result',
      {
        messages: [
          {
            role: 'assistant',
            tool_calls: [
              { id: 'not read', type: 'function', function: { name: 'draw', arguments: '{"a": 1}' } },
            ],
          },
          { role: 'tool', tool_call_id: 'not read', content: 'it is done' },
        ],
      },
      6,
      2,
    ],
  ])('in %s is counted', (_format, request, words, messages) => {
    expect(count('gpt-4o', request)).toEqual({
      usage: { input: words + around(messages), cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 },
      source: 'counted',
    });
  });

  test('is told from its size when it is over a megabyte', () => {
    const counted = count('gpt-4o', { messages: [{ role: 'user', content: 'x'.repeat(1_200_000) }] });
    expect(counted.source).toBe('estimated');
    expect(counted.usage.input).toBeGreaterThan(400_000);
  });

  test('a picture is estimated, and its base64 text is not read', () => {
    const url = `data:image/png;base64,${'A'.repeat(90_000)}`;
    const content = [
      { type: 'text', text: 'what is it' },
      { type: 'image_url', image_url: { url } },
    ];
    const counted = count('gpt-4o', { messages: [{ role: 'user', content }] });
    expect(counted).toMatchObject({ usage: { input: 3 + around(1) + 765 }, source: 'estimated' });
  });
});

describe('what came of an answer', () => {
  const delta = (fields: object) => ({ choices: [{ index: 0, delta: fields }] });

  test.each<[format: string, answer: Uint8Array, output: string, reasoning: string]>([
    ['chat', json({ choices: [{ message: { content: 'a b', reasoning_content: 'c' } }] }), 'a b', 'c'],
    [
      'a chat stream that was cut',
      Buffer.concat([
        sse(delta({ role: 'assistant', reasoning: 'c' }), delta({ content: 'a ' }), delta({ content: 'b' })),
        Buffer.from('data: {"choices":[{"delta":{"cont'),
      ]),
      'a b',
      'c',
    ],
    [
      'a call',
      json({ choices: [{ message: { tool_calls: [{ function: { name: 'f', arguments: '{"x":1}' } }] } }] }),
      'f{"x":1}',
      '',
    ],
    [
      'Responses',
      json({
        output: [
          { type: 'reasoning', summary: [{ type: 'summary_text', text: 'c' }] },
          { type: 'message', content: [{ type: 'output_text', text: 'a b' }] },
          { type: 'function_call', name: 'f', arguments: '{}' },
        ],
      }),
      'a bf{}',
      'c',
    ],
    [
      'messages',
      json({
        content: [
          { type: 'thinking', thinking: 'c' },
          { type: 'text', text: 'a b' },
          { type: 'tool_use', name: 'f', input: { x: 1 } },
        ],
      }),
      'a bf{"x":1}',
      'c',
    ],
    [
      'a messages stream that was cut',
      sse(
        { type: 'message_start', message: { type: 'message', content: [], usage: { input_tokens: 5 } } },
        { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
        { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'a b' } },
      ),
      'a b',
      '',
    ],
    [
      'Gemini',
      json({ candidates: [{ content: { parts: [{ text: 'c', thought: true }, { text: 'a b' }] } }] }),
      'a b',
      'c',
    ],
    [
      'ConverseStream that was cut',
      awsFrames([
        '{"messageStart":{"role":"assistant"}}',
        '{"contentBlockDelta":{"delta":{"text":"a b"},"contentBlockIndex":0}}',
      ]).subarray(0, -1),
      '',
      '',
    ],
    [
      'Claude in frames',
      Buffer.concat([
        awsChunk({ type: 'message_start', message: { content: [] } }),
        awsChunk({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
        awsChunk({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'a b' } }),
      ]),
      'a b',
      '',
    ],
    ['Cohere', json({ message: { content: [{ type: 'text', text: 'a b' }], tool_plan: ' c' } }), ' ca b', ''],
    ['Workers AI', json({ result: { response: 'a b' }, success: true }), 'a b', ''],
    [
      'a whole answer that was cut',
      Buffer.from('{"choices":[{"message":{"content":"a \\"b\\" c\\u00e'),
      'a "b" c',
      '',
    ],
    ['a web page', Buffer.from('<html>text</html>'), '', ''],
    ['nothing', NOTHING, '', ''],
  ])('%s', (_format, answer, output, reasoning) => {
    const texts = readAnswerTexts(answer);
    expect([texts.output.join(''), texts.reasoning.join('')]).toEqual([output, reasoning]);
  });

  test('is counted, calls with what formats put around them', () => {
    const message = { content: 'a b', tool_calls: [{ function: { name: 'f', arguments: '{}' } }] };
    expect(count('gpt-4o', { prompt: 'x' }, json({ choices: [{ message }] })).usage.output).toBe(2 + 2 + 10);
  });

  test('is an estimate of a model that keeps its reasoning to itself', () => {
    const answer = json({ choices: [{ message: { content: 'a b' } }] });
    expect(count('gpt-5', { prompt: 'x' }, answer).source).toBe('estimated');
    expect(count('gpt-4.1', { prompt: 'x' }, answer).source).toBe('counted');
    expect(count('gpt-5', { prompt: 'x' }).source).toBe('counted');
  });
});

describe('families', () => {
  test.each([
    ['gpt-4o-mini-2024-07-18', true, 100],
    ['openai/gpt-oss-120b', true, 100],
    ['o4-mini', true, 100],
    ['gpt-4-turbo', false, 110],
    ['claude-sonnet-4-5-20250929', false, 130],
    ['anthropic.claude-opus-4-8', false, 150],
    ['gemini-3-pro-preview', false, 110],
    ['who-knows', false, 125],
    [null, false, 125],
  ])('%s', (model, isOwn, factor) => {
    expect(familyOf(model)).toMatchObject({ isOwn, factor });
  });

  test('another family’s tokens are an estimate, rounded up', () => {
    expect(count('claude-sonnet-4-5', { prompt: 'one two three' })).toMatchObject({
      usage: { input: Math.ceil((3 + around(1)) * 1.3) },
      source: 'estimated',
    });
  });
});

(hasRecorded ? describe : describe.skip)('recorded answers, cut anywhere', () => {
  test('never throw', () => {
    for (const { answer } of hasRecorded ? recordedAnswers() : []) {
      const lengths = [0.2, 0.5, 0.8, 1].map((part) => {
        const { output } = readAnswerTexts(answer.subarray(0, Math.floor(answer.length * part)));
        return output.join('').length;
      });
      expect(lengths.every(Number.isFinite)).toBe(true);
    }
  });
});
