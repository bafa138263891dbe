import { describe, expect, test } from '@jest/globals';
import { headerMap } from '../../http/header-map.ts';
import { awsChunk, awsFrame, awsFrames } from '../__fixtures__/frames.ts';
import { hasRecorded, recordedAnswer, recordedBody, recordedSse } from '../__fixtures__/recorded.ts';
import type { UsageDialect } from '../descriptor.ts';
import { readAnswer, readAnswerModel, readUsage, readUsageHeaders } from './read-answer.ts';

/** input, cache read, cache write, output, reasoning. */
type Counts = readonly [number, number, number, number, number];

function counts(dialect: UsageDialect, bytes: Uint8Array): Counts | null {
  const usage = readUsage(dialect, bytes);
  return usage && [usage.input, usage.cacheRead, usage.cacheWrite, usage.output, usage.reasoning];
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const sse = (...events: readonly unknown[]) =>
  Buffer.from(
    events.map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`).join(''),
  );

describe('token counts of a usage object, in disjoint classes', () => {
  test.each<[string, UsageDialect, unknown, Counts | null]>([
    [
      'chat: caches stand in the prompt, reasoning in the completion',
      'openai-chat',
      {
        prompt_tokens: 100,
        completion_tokens: 50,
        total_tokens: 150,
        prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 },
        completion_tokens_details: { reasoning_tokens: 20 },
      },
      [30, 60, 10, 30, 20],
    ],
    ['embeddings count input only', 'openai-chat', { prompt_tokens: 8, total_tokens: 8 }, [8, 0, 0, 0, 0]],
    [
      'xAI: reasoning stands beside the completion',
      'xai-chat',
      {
        prompt_tokens: 12,
        completion_tokens: 1,
        total_tokens: 303,
        completion_tokens_details: { reasoning_tokens: 290 },
      },
      [12, 0, 0, 1, 290],
    ],
    [
      'xAI relayed by another provider is told by its total',
      'openai-chat',
      {
        prompt_tokens: 12,
        completion_tokens: 1,
        total_tokens: 303,
        completion_tokens_details: { reasoning_tokens: 290 },
      },
      [12, 0, 0, 1, 290],
    ],
    [
      'xAI without a total goes by its dialect',
      'xai-chat',
      { prompt_tokens: 12, completion_tokens: 1, completion_tokens_details: { reasoning_tokens: 290 } },
      [12, 0, 0, 1, 290],
    ],
    [
      'xAI with reasoning inside, as the total says',
      'xai-chat',
      {
        prompt_tokens: 10,
        completion_tokens: 30,
        total_tokens: 40,
        completion_tokens_details: { reasoning_tokens: 20 },
      },
      [10, 0, 0, 10, 20],
    ],
    [
      'xAI: more cached than read leaves nothing fresh, not less',
      'xai-chat',
      {
        prompt_tokens: 10,
        completion_tokens: 1,
        total_tokens: 11,
        prompt_tokens_details: { cached_tokens: 12 },
      },
      [0, 12, 0, 1, 0],
    ],
    [
      'DeepSeek: hits and misses',
      'openai-chat',
      {
        prompt_tokens: 339,
        completion_tokens: 83,
        prompt_cache_hit_tokens: 320,
        prompt_cache_miss_tokens: 19,
      },
      [19, 320, 0, 83, 0],
    ],
    [
      'Mistral: another spelling',
      'openai-chat',
      { prompt_tokens: 9, completion_tokens: 1, prompt_token_details: { cached_tokens: 4 } },
      [5, 4, 0, 1, 0],
    ],
    [
      'Mistral: a third spelling',
      'openai-chat',
      { prompt_tokens: 9, completion_tokens: 1, num_cached_tokens: 4 },
      [5, 4, 0, 1, 0],
    ],
    [
      'Hugging Face: flat',
      'openai-chat',
      { prompt_tokens: 9, completion_tokens: 1, cached_tokens: 4 },
      [5, 4, 0, 1, 0],
    ],
    [
      'Perplexity: flat reasoning',
      'openai-chat',
      { prompt_tokens: 9, completion_tokens: 11, reasoning_tokens: 4, total_tokens: 20 },
      [9, 0, 0, 7, 4],
    ],
    [
      'responses: caches and reasoning inside',
      'openai-chat',
      {
        input_tokens: 100,
        output_tokens: 40,
        input_tokens_details: { cached_tokens: 30 },
        output_tokens_details: { reasoning_tokens: 15 },
      },
      [70, 30, 0, 25, 15],
    ],
    [
      'messages: caches beside the input, thinking inside the output',
      'anthropic-messages',
      {
        input_tokens: 10,
        cache_read_input_tokens: 200,
        cache_creation_input_tokens: 30,
        cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
        output_tokens: 25,
        output_tokens_details: { thinking_tokens: 5 },
      },
      [10, 200, 10, 20, 5],
    ],
    [
      'messages with compaction: the iterations are summed, the advisor is not',
      'anthropic-messages',
      {
        input_tokens: 5,
        output_tokens: 3,
        cache_read_input_tokens: 0,
        iterations: [
          { type: 'compaction', input_tokens: 100, output_tokens: 10 },
          { type: 'message', input_tokens: 5, output_tokens: 3 },
          { type: 'advisor_message', input_tokens: 1000, output_tokens: 1000 },
        ],
      },
      [105, 0, 0, 13, 0],
    ],
    [
      'messages after a fallback: the top level holds',
      'anthropic-messages',
      {
        input_tokens: 5,
        output_tokens: 3,
        cache_read_input_tokens: 0,
        iterations: [
          { type: 'compaction', input_tokens: 100, output_tokens: 10 },
          { type: 'fallback_message', input_tokens: 7, output_tokens: 7 },
        ],
      },
      [5, 0, 0, 3, 0],
    ],
    [
      'converse: caches beside the input',
      'bedrock',
      {
        inputTokens: 2,
        outputTokens: 5,
        cacheReadInputTokens: 1322,
        cacheWriteInputTokens: 0,
        totalTokens: 1329,
      },
      [2, 1322, 0, 5, 0],
    ],
    [
      'Cohere: what is billed, fresh before cached; the rest is free',
      'cohere',
      {
        billed_units: { input_tokens: 119, output_tokens: 3 },
        tokens: { input_tokens: 1549, output_tokens: 4 },
        cached_tokens: 1500,
      },
      [49, 70, 0, 3, 0],
    ],
    ['seconds of audio are no tokens', 'openai-chat', { type: 'duration', seconds: 7 }, null],
    [
      'nonsense is no count',
      'openai-chat',
      { prompt_tokens: '7', completion_tokens: null, input_tokens: -1, tokens: {} },
      null,
    ],
    [
      'nonsense beside a count is nought',
      'openai-chat',
      { prompt_tokens: 7, completion_tokens: 'x', prompt_tokens_details: [] },
      [7, 0, 0, 0, 0],
    ],
    [
      'more than anybody reads or writes is no count: no table holds such sums',
      'openai-chat',
      { prompt_tokens: 1.7e308, completion_tokens: 1e20 },
      null,
    ],
    [
      'nor beside a count',
      'openai-chat',
      { prompt_tokens: 7, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 1e20 } },
      [7, 0, 0, 2, 0],
    ],
  ])('%s', (_, dialect, usage, expected) => {
    expect(counts(dialect, json({ usage }))).toEqual(expected);
  });

  test.each<[string, unknown, Counts]>([
    [
      'thoughts beside the candidates',
      { promptTokenCount: 29, candidatesTokenCount: 15, thoughtsTokenCount: 804, totalTokenCount: 848 },
      [29, 0, 0, 15, 804],
    ],
    [
      'thoughts inside the candidates, as the total says',
      { promptTokenCount: 10, candidatesTokenCount: 30, thoughtsTokenCount: 20, totalTokenCount: 40 },
      [10, 0, 0, 10, 20],
    ],
    [
      'tool prompts are read too, the cache stands in the prompt',
      {
        promptTokenCount: 100,
        toolUsePromptTokenCount: 20,
        cachedContentTokenCount: 90,
        candidatesTokenCount: 3,
        totalTokenCount: 123,
      },
      [30, 90, 0, 3, 0],
    ],
  ])('Gemini: %s', (_, usageMetadata, expected) => {
    expect(counts('gemini', json({ candidates: [], usageMetadata }))).toEqual(expected);
  });
  test('Gemini’s early chunks may count nothing', () => {
    expect(counts('gemini', json({ usageMetadata: { trafficType: 'ON_DEMAND' } }))).toBeNull();
  });
});

describe('where usage stands in an answer', () => {
  test.each<[string, UsageDialect, unknown, Counts]>([
    [
      'Groq’s own field',
      'openai-chat',
      { x_groq: { usage: { prompt_tokens: 1, completion_tokens: 2 } } },
      [1, 0, 0, 2, 0],
    ],
    [
      'Workers AI’s envelope',
      'openai-chat',
      { result: { response: 'x', usage: { prompt_tokens: 1, completion_tokens: 2 } } },
      [1, 0, 0, 2, 0],
    ],
    [
      'Cohere’s embeddings',
      'cohere',
      { embeddings: {}, meta: { billed_units: { input_tokens: 3 } } },
      [3, 0, 0, 0, 0],
    ],
    [
      'Cohere’s v1 chat',
      'cohere',
      { text: '', meta: { tokens: { input_tokens: 3, output_tokens: 4 } } },
      [3, 0, 0, 4, 0],
    ],
    [
      'Llama on Bedrock',
      'bedrock',
      { generation: 'x', prompt_token_count: 3, generation_token_count: 4 },
      [3, 0, 0, 4, 0],
    ],
    [
      'Titan on Bedrock',
      'bedrock',
      { inputTextTokenCount: 3, results: [{ tokenCount: 4 }, { tokenCount: 5 }] },
      [3, 0, 0, 9, 0],
    ],
    [
      'Claude on Bedrock',
      'bedrock',
      { type: 'message', usage: { input_tokens: 3, output_tokens: 4 } },
      [3, 0, 0, 4, 0],
    ],
    [
      'Anthropic’s form at another provider',
      'xai-chat',
      { type: 'message', usage: { input_tokens: 3, cache_read_input_tokens: 9, output_tokens: 4 } },
      [3, 9, 0, 4, 0],
    ],
  ])('%s', (_, dialect, answer, expected) => {
    expect(counts(dialect, json(answer))).toEqual(expected);
  });

  test('a field of that name inside the content is none', () => {
    expect(
      counts('openai-chat', json({ choices: [{ usage: { prompt_tokens: 9 } }], usage: null })),
    ).toBeNull();
  });
  test('a list of answers counts as its last does', () => {
    expect(
      counts(
        'gemini',
        json([
          { usageMetadata: { promptTokenCount: 1 } },
          { usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 5 } },
        ]),
      ),
    ).toEqual([1, 0, 0, 5, 0]);
  });
  test('Bedrock’s headers', () => {
    const headers = headerMap([
      ['X-Amzn-Bedrock-Input-Token-Count', '68'],
      ['x-amzn-bedrock-output-token-count', '508'],
      ['x-amzn-bedrock-cache-read-input-token-count', '4'],
    ]);
    expect(readUsageHeaders(headers)).toEqual({
      input: 68,
      cacheRead: 4,
      cacheWrite: 0,
      output: 508,
      reasoning: 0,
    });
    expect(readUsageHeaders(headerMap([['x-amzn-bedrock-input-token-count', '1e9']]))).toBeNull();
  });
});

describe('usage in a stream', () => {
  const usage = { prompt_tokens: 5, completion_tokens: 6 };

  test('comes after every chunk that says null, and after the finish', () => {
    const chunk = { model: 'm', choices: [{ delta: { content: 'x' } }], usage: null };
    expect(
      readAnswer('openai-chat', sse(chunk, chunk, { model: 'm', choices: [], usage }, '[DONE]')),
    ).toEqual({
      usage: { input: 5, cacheRead: 0, cacheWrite: 0, output: 6, reasoning: 0 },
      model: 'm',
    });
  });
  test('that repeats is cumulative: the last holds', () => {
    expect(
      counts(
        'openai-chat',
        sse({ usage: { prompt_tokens: 5, completion_tokens: 1 } }, { usage }, { choices: [] }),
      ),
    ).toEqual([5, 0, 0, 6, 0]);
  });
  test('Anthropic’s delta corrects the start, and its nulls do not', () => {
    const stream = sse(
      {
        type: 'message_start',
        message: {
          model: 'claude',
          usage: { input_tokens: 43, cache_read_input_tokens: 7, output_tokens: 1 },
        },
      },
      { type: 'content_block_delta', delta: { text: 'the usage of "message_start"' } },
      { type: 'message_delta', usage: { input_tokens: 61, cache_read_input_tokens: null, output_tokens: 2 } },
    );
    expect(readAnswer('anthropic-messages', stream)).toEqual({
      usage: { input: 61, cacheRead: 7, cacheWrite: 0, output: 2, reasoning: 0 },
      model: 'claude',
    });
  });
  test('a broken Anthropic stream counts what its start said', () => {
    expect(
      counts(
        'anthropic-messages',
        sse(
          { type: 'message_start', message: { usage: { input_tokens: 43, output_tokens: 1 } } },
          { type: 'ping' },
        ),
      ),
    ).toEqual([43, 0, 0, 1, 0]);
  });
  test('Responses report in the terminal event', () => {
    const stream = sse(
      { type: 'response.created', response: { model: 'gpt', usage: null } },
      { type: 'response.output_text.delta', delta: 'usage' },
      {
        type: 'response.completed',
        response: { model: 'gpt-5', usage: { input_tokens: 5, output_tokens: 6 } },
      },
    );
    expect(readAnswer('openai-chat', stream)).toMatchObject({
      usage: { input: 5, output: 6 },
      model: 'gpt-5',
    });
  });
  test('the model is found although the first chunk’s is empty and the usage’s missing', () => {
    expect(
      readAnswer(
        'openai-chat',
        sse({ model: '' }, { model: 'real', usage: { prompt_tokens: 1 } }, { usage }),
      ),
    ).toMatchObject({
      usage: { input: 5 },
      model: 'real',
    });
  });
  test('words in the content, cut events and junk are no counts', () => {
    const talk = { choices: [{ delta: { content: '{"usage":{"prompt_tokens":99}}' } }] };
    expect(counts('openai-chat', sse(talk, talk))).toBeNull();
    expect(
      counts(
        'openai-chat',
        Buffer.concat([sse(talk, { usage }), Buffer.from('data: {"usage":{"prompt_tok')]),
      ),
    ).toEqual([5, 0, 0, 6, 0]);
    expect(counts('openai-chat', Buffer.from('usage usage\n\ndata: usage'))).toBeNull();
    expect(counts('openai-chat', Buffer.from('<html>usage</html>'))).toBeNull();
    expect(counts('openai-chat', Buffer.from('{"usage":{"prompt_tokens":1}'))).toBeNull();
    expect(counts('openai-chat', Buffer.from('[{"usage":'))).toBeNull();
  });
  test('a payload over several data lines is one', () => {
    expect(
      counts(
        'openai-chat',
        Buffer.from(
          'event: x\r\ndata: {"usage":\r\ndata: {"prompt_tokens":5,\r\ndata: "completion_tokens":6}}\r\n\r\n',
        ),
      ),
    ).toEqual([5, 0, 0, 6, 0]);
  });
  test('its head and tail are enough', () => {
    const head = sse({
      type: 'message_start',
      message: { model: 'claude', usage: { input_tokens: 43, cache_read_input_tokens: 7, output_tokens: 1 } },
    });
    const tail = Buffer.from(
      'ext":"cut"}}\n\ndata: {"type":"message_delta","usage":{"output_tokens":9}}\n\n',
    );
    expect(readAnswer('anthropic-messages', head, tail)).toMatchObject({
      usage: { input: 43, cacheRead: 7, output: 9 },
      model: 'claude',
    });
  });
  test('its head alone tells nothing of what was used when its tail says nothing', () => {
    const head = sse({ type: 'message_start', message: { model: 'claude', usage: { output_tokens: 1 } } });
    expect(readAnswer('anthropic-messages', head, Buffer.from('ext":"cut"}}\n\n'))).toEqual({
      usage: null,
      model: 'claude',
    });
  });
  test.each([
    ['a picture', '{"data":[{"b64_json":"AAAA', 'AAAA"}],"usage":{"input_tokens":5,"output_tokens":6}}'],
    ['a streamed one', 'data: {"b64_json":"AAAA', 'AA","usage" : {"input_tokens":5,"output_tokens":6}}\n\n'],
    [
      'words',
      '{"a":"',
      'x \\"usage\\":{\\"input_tokens\\":9}","usage":{"input_tokens":5,"output_tokens":6}}',
    ],
  ])('the end of a long answer is enough: %s', (_, head, tail) => {
    expect(readAnswer('openai-chat', Buffer.from(head), Buffer.from(tail)).usage).toMatchObject({
      input: 5,
      output: 6,
    });
  });
  test.each([
    [7, { input: 5, output: 6 }],
    [8, null],
  ])('is looked for in a few places of a long answer’s end, not in all: %d come after it', (more, usage) => {
    const end = `"usage":{"input_tokens":5,"output_tokens":6}${',"usage":{'.repeat(more)}`;
    const facts = readAnswer('openai-chat', Buffer.from('{"a":"'), Buffer.from(end));
    expect(facts.usage && { input: facts.usage.input, output: facts.usage.output }).toEqual(usage);
  });
  test('nothing is read for a provider that counts no tokens', () => {
    expect(readAnswer('none', json({ usage }))).toEqual({ usage: null, model: null });
  });
});

describe('usage in AWS frames', () => {
  test('Converse reports in the metadata frame', () => {
    const stream = awsFrames([
      '{"messageStart":{"role":"assistant","p":"abc"}}',
      '{"contentBlockDelta":{"delta":{"text":"usage"}}}',
      '{"metadata":{"usage":{"inputTokens":22,"outputTokens":55,"cacheReadInputTokens":3}}}',
    ]);
    expect(counts('bedrock', stream)).toEqual([22, 3, 0, 55, 0]);
  });
  test('Claude’s events in chunks are read as Anthropic’s', () => {
    const stream = Buffer.concat([
      awsChunk({
        type: 'message_start',
        message: {
          model: 'claude',
          usage: { input_tokens: 10, cache_read_input_tokens: 4, output_tokens: 1 },
        },
      }),
      awsChunk({ type: 'content_block_delta', delta: { text: 'hi' } }),
      awsChunk({ type: 'message_delta', usage: { output_tokens: 9 } }),
      awsChunk({
        type: 'message_stop',
        'amazon-bedrock-invocationMetrics': { inputTokenCount: 14, outputTokenCount: 9 },
      }),
    ]);
    expect(readAnswer('bedrock', stream)).toEqual({
      usage: { input: 10, cacheRead: 4, cacheWrite: 0, output: 9, reasoning: 0 },
      model: 'claude',
    });
  });
  test('other models’ chunks count in Bedrock’s metrics', () => {
    const stream = Buffer.concat([
      awsChunk({ generation: 'x' }),
      awsChunk({ 'amazon-bedrock-invocationMetrics': { inputTokenCount: 14, outputTokenCount: 9 } }),
    ]);
    expect(counts('bedrock', stream)).toEqual([14, 0, 0, 9, 0]);
  });
  test('Nova’s chunks', () => {
    expect(
      counts(
        'bedrock',
        awsChunk({ metadata: { usage: { inputTokens: 1, outputTokens: 2, cacheReadInputTokenCount: 3 } } }),
      ),
    ).toEqual([1, 3, 0, 2, 0]);
  });
  test('junk in a frame is no count', () => {
    expect(counts('bedrock', awsFrame({ ':event-type': 'chunk' }, { bytes: 7 }))).toBeNull();
    expect(counts('bedrock', awsFrame({ ':event-type': 'metadata' }, 'usage'))).toBeNull();
    expect(counts('bedrock', awsFrame({ ':event-type': 'chunk' }, { bytes: 'dXNhZ2U=' }))).toBeNull();
  });
});

(hasRecorded ? describe : describe.skip)('recorded answers', () => {
  test.each<[string, UsageDialect, () => Buffer, Counts | null, string | null]>([
    [
      'OpenAI',
      'openai-chat',
      () => recordedBody('openai-chat/openai-text.json'),
      [16, 0, 0, 363, 0],
      'gpt-4.1-nano-2025-04-14',
    ],
    [
      'OpenAI stream',
      'openai-chat',
      () => recordedSse('openai-chat/openai-text.chunks.txt'),
      [16, 0, 0, 300, 0],
      'gpt-4.1-nano-2025-04-14',
    ],
    [
      'OpenAI stream that was not asked',
      'openai-chat',
      () => recordedAnswer('openai-chat/stream-no-usage.cassette.yaml'),
      null,
      'gpt-5-nano-2025-08-07',
    ],
    [
      'OpenAI stream that only reasons',
      'openai-chat',
      () => recordedAnswer('openai-chat/stream-length-usage.cassette.yaml'),
      [12, 0, 0, 0, 100],
      'gpt-5-nano-2025-08-07',
    ],
    [
      'Azure stream',
      'openai-chat',
      () => recordedSse('azure-openai/azure-model-router.1.chunks.txt'),
      [15, 0, 0, 14, 64],
      'gpt-5-nano-2025-08-07',
    ],
    [
      'Responses',
      'openai-chat',
      () => recordedBody('openai-responses/openai-web-search-tool.1.json'),
      [15969, 3712, 0, 637, 3136],
      'gpt-5-mini-2025-08-07',
    ],
    [
      'Responses stream',
      'openai-chat',
      () => recordedAnswer('openai-responses/stream-tool-then-text.cassette.yaml'),
      [255, 0, 0, 16, 0],
      'gpt-4o-2024-08-06',
    ],
    [
      'a failed Responses stream',
      'openai-chat',
      () => recordedSse('openai-responses/openai-error.1.chunks.txt'),
      null,
      'gpt-5-nano-2025-08-07',
    ],
    [
      'LM Studio',
      'openai-chat',
      () => recordedSse('openai-compatible/lmstudio-tool-call.1.chunks.txt'),
      [180, 2, 0, 13, 48],
      'zai-org/glm-4.7-flash',
    ],
    [
      'Anthropic',
      'anthropic-messages',
      () => recordedBody('anthropic/anthropic-text.json'),
      [12, 0, 0, 29, 0],
      'claude-sonnet-4-5-20250929',
    ],
    [
      'Anthropic stream',
      'anthropic-messages',
      () => recordedSse('anthropic/anthropic-text.chunks.txt'),
      [12, 0, 0, 30, 0],
      'claude-sonnet-4-5-20250929',
    ],
    [
      'Anthropic stream that corrects its input',
      'anthropic-messages',
      () => recordedSse('anthropic/anthropic-message-delta-input-tokens.chunks.txt'),
      [61, 0, 0, 2, 0],
      'claude-opus-4-5-20251101',
    ],
    [
      'Anthropic stream with two starts',
      'anthropic-messages',
      () => recordedSse('anthropic/duplicate-message-start.chunks.txt'),
      [17, 0, 0, 227, 0],
      'claude-3-haiku-20240307',
    ],
    [
      'Anthropic raw stream',
      'anthropic-messages',
      () => recordedAnswer('anthropic/stream-redacted-thinking.cassette.yaml'),
      [92, 0, 0, 189, 0],
      'claude-sonnet-4-5-20250929',
    ],
    [
      'Gemini',
      'gemini',
      () => recordedBody('google/google-text.json'),
      [9, 0, 0, 28, 244],
      'gemini-3-pro-preview',
    ],
    [
      'Gemini stream',
      'gemini',
      () => recordedSse('google/google-text.chunks.txt'),
      [9, 0, 0, 23, 185],
      'gemini-3-pro-preview',
    ],
    [
      'Vertex stream',
      'gemini',
      () => recordedSse('google/google-stream-no-args-tool-call.chunks.txt'),
      [249, 0, 0, 58, 183],
      'gemini-3-flash-preview',
    ],
    [
      'Converse',
      'bedrock',
      () => recordedAnswer('bedrock/cache-write-read.cassette.yaml', 1),
      [2, 1322, 0, 5, 0],
      null,
    ],
    [
      'Converse stream',
      'bedrock',
      () => recordedAnswer('bedrock/stream-tool-call-binary.cassette.yaml'),
      [471, 0, 0, 91, 0],
      null,
    ],
    [
      'InvokeModel',
      'bedrock',
      () => recordedAnswer('bedrock/invoke-anthropic.cassette.yaml'),
      [68, 0, 0, 508, 0],
      'claude-opus-4-8',
    ],
    ['Cohere stream', 'cohere', () => recordedSse('cohere/cohere-text.chunks.txt'), [12, 0, 0, 7, 0], null],
    [
      'Mistral stream',
      'openai-chat',
      () => recordedSse('mistral/mistral-tool-call.chunks.txt'),
      [124, 0, 0, 22, 0],
      'mistral-small-latest',
    ],
    [
      'Groq stream',
      'openai-chat',
      () => recordedSse('groq/groq-tool-call.chunks.txt'),
      [210, 0, 0, 15, 0],
      'llama-3.3-70b-versatile',
    ],
    [
      'xAI stream',
      'xai-chat',
      () => recordedSse('xai/xai-text.chunks.txt'),
      [1, 11, 0, 1, 290],
      'grok-3-mini',
    ],
    [
      'DeepSeek',
      'openai-chat',
      () => recordedBody('deepseek/deepseek-json.json'),
      [175, 320, 0, 26, 118],
      'deepseek-reasoner',
    ],
    [
      'DeepSeek stream',
      'openai-chat',
      () => recordedSse('deepseek/deepseek-tool-call.chunks.txt'),
      [19, 320, 0, 44, 39],
      'deepseek-reasoner',
    ],
    [
      'Cerebras stream',
      'openai-chat',
      () => recordedSse('cerebras/cererebras-structured-output-tools.1.chunks.txt'),
      [177, 256, 0, 14, 108],
      'zai-glm-4.7',
    ],
    [
      'Perplexity stream',
      'openai-chat',
      () => recordedSse('perplexity/perplexity-text.chunks.txt'),
      [11, 0, 0, 434, 0],
      'sonar',
    ],
    [
      'OpenRouter stream',
      'openai-chat',
      () => recordedAnswer('openrouter/stream-reasoning.cassette.yaml'),
      [43, 0, 0, 23, 13],
      'anthropic/claude-sonnet-4.5',
    ],
    [
      'Hugging Face',
      'openai-chat',
      () => recordedAnswer('huggingface/text.cassette.yaml'),
      [4, 0, 0, 197, 0],
      'deepseek-ai/DeepSeek-R1',
    ],
  ])('%s', (_, dialect, bytes, expected, model) => {
    expect([counts(dialect, bytes()), readAnswerModel(dialect, bytes())]).toEqual([expected, model]);
  });
});
