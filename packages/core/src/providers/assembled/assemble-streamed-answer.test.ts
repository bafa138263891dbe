import { describe, expect, test } from '@jest/globals';
import { awsChunk, awsFrame, awsFrames } from '../__fixtures__/frames.ts';
import { hasRecorded, recordedAnswer, recordedBody, recordedSse } from '../__fixtures__/recorded.ts';
import { assembleStreamedAnswer } from './assemble-streamed-answer.ts';

const sse = (...events: readonly unknown[]) =>
  Buffer.from(
    events.map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`).join(''),
  );

const chunk = (delta: unknown, rest: object = {}) => ({
  id: 'c1',
  object: 'chat.completion.chunk',
  model: 'm',
  choices: [{ index: 0, delta, finish_reason: null }],
  ...rest,
});
/** The message that chat deltas make. */
const messageOf = (...deltas: readonly unknown[]) =>
  assembleStreamedAnswer(sse(...deltas.map((delta) => chunk(delta)), '[DONE]'))?.choices;

describe('a chat stream', () => {
  test('becomes the completion it would have been', () => {
    const stream = sse(
      { id: '', model: '', object: '', choices: [], prompt_filter_results: [1] },
      chunk({ role: 'assistant', content: '', refusal: null }, { usage: null, obfuscation: 'xx' }),
      chunk({ content: 'Hel' }, { usage: null }),
      chunk({ content: 'lo' }),
      {
        id: 'c1',
        object: 'chat.completion.chunk',
        model: 'm',
        choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
      },
      { id: 'c1', object: 'chat.completion.chunk', model: 'm', choices: [], usage: { total_tokens: 9 } },
      '[DONE]',
    );
    expect(assembleStreamedAnswer(stream)).toEqual({
      id: 'c1',
      object: 'chat.completion',
      model: 'm',
      prompt_filter_results: [1],
      usage: { total_tokens: 9 },
      choices: [
        { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hello', refusal: null } },
      ],
    });
  });
  test('of several choices keeps them apart, in order', () => {
    const at = (index: number, content: string) => ({ choices: [{ index, delta: { content } }] });
    expect(assembleStreamedAnswer(sse(at(1, 'b'), at(0, 'a'), at(1, 'B')))?.choices).toEqual([
      { index: 0, message: { content: 'a' } },
      { index: 1, message: { content: 'bB' } },
    ]);
  });

  const call = (delta: unknown) => ({ tool_calls: [delta] });
  const calls = (...deltas: readonly unknown[]) => {
    const [choice] = (messageOf(...deltas) ?? []) as { message: { tool_calls: unknown } }[];
    return choice?.message.tool_calls;
  };
  test.each<[string, readonly unknown[], unknown]>([
    [
      'of a custom tool is put together as text',
      [
        call({ index: 0, id: 'a', type: 'custom', custom: { name: 'sql', input: '' } }),
        call({ index: 0, custom: { input: 'select' } }),
        call({ index: 0, custom: { input: ' 1' } }),
      ],
      [{ id: 'a', type: 'custom', custom: { name: 'sql', input: 'select 1' } }],
    ],
    [
      'grow by index',
      [
        call({ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } }),
        call({ index: 1, id: 'b', type: 'function', function: { name: 'g', arguments: '' } }),
        call({ index: 0, function: { arguments: '{"x"' } }),
        call({ index: 1, function: { arguments: '{}' } }),
        call({ index: 0, function: { arguments: ':1}' } }),
      ],
      [
        { id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } },
        { id: 'b', type: 'function', function: { name: 'g', arguments: '{}' } },
      ],
    ],
    [
      'with new ids are new although their index repeats',
      [
        call({ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }),
        call({ index: 0, id: 'b', function: { name: 'g', arguments: '{}' } }),
      ],
      [
        { id: 'a', function: { name: 'f', arguments: '{}' } },
        { id: 'b', function: { name: 'g', arguments: '{}' } },
      ],
    ],
    [
      'without index or id continue the latest',
      [call({ id: 'a', function: { name: 'f', arguments: '{' } }), call({ function: { arguments: '}' } })],
      [{ id: 'a', function: { name: 'f', arguments: '{}' } }],
    ],
    [
      'keep their name when it comes again empty',
      [
        call({ index: 0, id: 'a', function: { name: 'f', arguments: '{' } }),
        call({ index: 0, id: '', function: { name: '', arguments: '}' } }),
      ],
      [{ id: 'a', function: { name: 'f', arguments: '{}' } }],
    ],
    [
      'that resend all arguments have them once',
      [
        call({ index: 0, id: 'a', function: { name: 'f', arguments: '{"x":1}' } }),
        call({ index: 0, function: { arguments: '{"x":1}' } }),
      ],
      [{ id: 'a', function: { name: 'f', arguments: '{"x":1}' } }],
    ],
    [
      'whose arguments are an object have its text',
      [call({ id: 'a', function: { name: 'f', arguments: { x: 1 } } })],
      [{ id: 'a', function: { name: 'f', arguments: '{"x":1}' } }],
    ],
  ])('calls %s', (_, deltas, expected) => {
    expect(calls(...deltas)).toEqual(expected);
  });
  test('joins Mistral’s thinking parts and the texts after them', () => {
    const thinking = (text: string) => ({
      content: [{ type: 'thinking', thinking: text ? [{ type: 'text', text }] : [] }],
    });
    expect(
      messageOf(
        { role: 'assistant', content: '' },
        thinking(''),
        thinking('a'),
        thinking('b'),
        { content: 'c' },
        { content: 'd' },
      ),
    ).toEqual([
      {
        index: 0,
        finish_reason: null,
        message: {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: [{ type: 'text', text: 'ab' }] },
            { type: 'text', text: 'cd' },
          ],
        },
      },
    ]);
  });
  test('joins reasoning, audio, logprobs and lists', () => {
    const stream = sse(
      {
        choices: [
          {
            index: 0,
            delta: { reasoning_content: 'a', audio: { id: 'x', data: 'AA', transcript: 'h' } },
            logprobs: { content: [1] },
          },
        ],
      },
      {
        choices: [
          {
            index: 0,
            delta: {
              reasoning_content: 'b',
              annotations: [1],
              audio: { data: 'BB', transcript: 'i', expires_at: 7 },
            },
            logprobs: { content: [2], refusal: null },
          },
        ],
      },
      { choices: [{ index: 0, delta: { annotations: [2], reasoning_details: [{}] }, logprobs: null }] },
    );
    expect(assembleStreamedAnswer(stream)?.choices).toEqual([
      {
        index: 0,
        logprobs: { content: [1, 2], refusal: null },
        message: {
          reasoning_content: 'ab',
          audio: { id: 'x', data: 'AABB', transcript: 'hi', expires_at: 7 },
          annotations: [1, 2],
          reasoning_details: [{}],
        },
      },
    ]);
  });
  test('of the older completions joins their text', () => {
    const text = (piece: string) => ({ object: 'text_completion', choices: [{ index: 0, text: piece }] });
    expect(assembleStreamedAnswer(sse(text('a'), text('b')))).toEqual({
      object: 'text_completion',
      choices: [{ index: 0, text: 'ab' }],
    });
  });
  test('keeps the error that ended it', () => {
    expect(assembleStreamedAnswer(sse(chunk({ content: 'a' }), { error: { message: 'no' } }))).toMatchObject({
      error: { message: 'no' },
    });
  });
});

describe('a Responses stream', () => {
  const done = (index: number) => ({
    type: 'response.output_item.done',
    output_index: index,
    item: { id: index },
  });
  test('is its terminal event’s response', () => {
    expect(
      assembleStreamedAnswer(
        sse(
          { type: 'response.created', response: { id: 1 } },
          { type: 'response.completed', response: { id: 1, output: [2] } },
        ),
      ),
    ).toEqual({ id: 1, output: [2] });
  });
  test('whose terminal event is empty is made of its items', () => {
    expect(
      assembleStreamedAnswer(
        sse({ type: 'response.created', response: {} }, done(0), done(1), {
          type: 'response.completed',
          response: { id: 1, output: [] },
        }),
      ),
    ).toEqual({ id: 1, output: [{ id: 0 }, { id: 1 }] });
  });
  test('that broke off is what was done', () => {
    expect(
      assembleStreamedAnswer(
        sse({ type: 'response.created', response: { id: 1, status: 'in_progress' } }, done(0), {
          type: 'error',
          code: 'x',
          message: 'no',
        }),
      ),
    ).toEqual({
      id: 1,
      status: 'in_progress',
      output: [{ id: 0 }],
      error: { code: 'x', message: 'no' },
    });
  });
});

describe('an Anthropic stream', () => {
  const start = {
    type: 'message_start',
    message: {
      id: 'm',
      role: 'assistant',
      content: [],
      stop_reason: null,
      usage: { input_tokens: 3, output_tokens: 1 },
    },
  };
  const block = (index: number, content_block: unknown) => ({
    type: 'content_block_start',
    index,
    content_block,
  });
  const delta = (index: number, it: unknown) => ({ type: 'content_block_delta', index, delta: it });

  test('becomes the message it would have been', () => {
    const stream = sse(
      start,
      { type: 'ping' },
      block(0, { type: 'thinking', thinking: '', signature: '' }),
      delta(0, { type: 'thinking_delta', thinking: 'hm' }),
      delta(0, { type: 'signature_delta', signature: 'sig' }),
      block(1, { type: 'text', text: '' }),
      delta(1, { type: 'text_delta', text: 'a' }),
      delta(1, { type: 'citations_delta', citation: { n: 1 } }),
      delta(1, { type: 'text_delta', text: 'b' }),
      block(2, { type: 'tool_use', id: 't', name: 'f', input: {} }),
      delta(2, { type: 'input_json_delta', partial_json: '' }),
      delta(2, { type: 'input_json_delta', partial_json: '{"x":' }),
      delta(2, { type: 'input_json_delta', partial_json: '1}' }),
      block(3, { type: 'tool_use', id: 'u', name: 'g', input: {} }),
      delta(3, { type: 'input_json_delta', partial_json: '' }),
      {
        type: 'message_delta',
        delta: { stop_reason: 'tool_use', stop_sequence: null },
        usage: { output_tokens: 9 },
      },
      { type: 'message_stop' },
    );
    expect(assembleStreamedAnswer(stream)).toEqual({
      id: 'm',
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'hm', signature: 'sig' },
        { type: 'text', text: 'ab', citations: [{ n: 1 }] },
        { type: 'tool_use', id: 't', name: 'f', input: { x: 1 } },
        { type: 'tool_use', id: 'u', name: 'g', input: {} },
      ],
      stop_reason: 'tool_use',
      stop_sequence: null,
      usage: { input_tokens: 3, output_tokens: 9 },
    });
  });
  test('that broke off inside a call keeps what came of it', () => {
    const stream = sse(
      start,
      block(0, { type: 'tool_use', name: 'f', input: {} }),
      delta(0, { partial_json: '{"x' }),
      { type: 'error', error: { type: 'overloaded_error' } },
    );
    expect(assembleStreamedAnswer(stream)).toMatchObject({
      content: [{ input: '{"x' }],
      stop_reason: null,
      error: { type: 'overloaded_error' },
    });
  });
});

describe('a Gemini stream', () => {
  const parts = (...list: readonly unknown[]) => ({
    candidates: [{ content: { role: 'model', parts: list } }],
  });
  const partsOf = (bytes: Uint8Array) => {
    const [candidate] = (assembleStreamedAnswer(bytes)?.candidates ?? []) as {
      content: { parts: unknown };
    }[];
    return candidate?.content.parts;
  };
  test('runs texts together, thoughts apart, up to a signature', () => {
    expect(
      partsOf(
        sse(
          parts({ text: 'h', thought: true }),
          parts({ text: 'm', thought: true }),
          parts({ text: 'a' }),
          parts({ text: 'b' }),
          parts({ text: '', thoughtSignature: 's' }),
          parts({ text: 'c' }),
        ),
      ),
    ).toEqual([{ text: 'hm', thought: true }, { text: 'ab', thoughtSignature: 's' }, { text: 'c' }]);
  });
  test('builds streamed arguments', () => {
    const call = (functionCall: unknown) => parts({ functionCall });
    const bytes = sse(
      call({ name: 'read', willContinue: true }),
      call({
        partialArgs: [{ jsonPath: "$.list[0]['a b']", stringValue: 'x', willContinue: true }],
        willContinue: true,
      }),
      call({
        partialArgs: [
          { jsonPath: "$.list[0]['a b']", stringValue: 'y' },
          { jsonPath: '$.n', numberValue: 7 },
          { jsonPath: '$.list[1000000000]', boolValue: true },
          { jsonPath: '$.__proto__.polluted', stringValue: 'no' },
        ],
        willContinue: true,
      }),
      call({}),
      call({ name: 'plain' }),
      parts({ text: 'end' }),
    );
    expect(partsOf(bytes)).toEqual([
      {
        functionCall: {
          name: 'read',
          args: { list: [{ 'a b': 'xy' }, true], n: 7, ['__proto__']: { polluted: 'no' } },
        },
      },
      { functionCall: { name: 'plain' } },
      { text: 'end' },
    ]);
    expect(Object.prototype).not.toHaveProperty('polluted');
  });
  test('keeps the last of everything else', () => {
    expect(
      assembleStreamedAnswer(
        sse(
          { ...parts({ text: 'a' }), usageMetadata: { a: 1 } },
          { candidates: [{ finishReason: 'STOP' }], usageMetadata: { a: 2 }, modelVersion: 'g' },
        ),
      ),
    ).toEqual({
      candidates: [{ content: { role: 'model', parts: [{ text: 'a' }] }, finishReason: 'STOP' }],
      usageMetadata: { a: 2 },
      modelVersion: 'g',
    });
  });
  test('as one list is the same', () => {
    expect(partsOf(Buffer.from(JSON.stringify([parts({ text: 'a' }), parts({ text: 'b' })])))).toEqual([
      { text: 'ab' },
    ]);
  });
  test('with a blocked prompt says so', () => {
    expect(assembleStreamedAnswer(sse({ promptFeedback: { blockReason: 'SAFETY' } }))).toEqual({
      promptFeedback: { blockReason: 'SAFETY' },
    });
  });
});

describe('other streams', () => {
  test('Cohere', () => {
    const stream = sse(
      {
        type: 'message-start',
        id: 'i',
        delta: { message: { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] } },
      },
      { type: 'tool-plan-delta', delta: { message: { tool_plan: 'I ' } } },
      { type: 'tool-plan-delta', delta: { message: { tool_plan: 'will' } } },
      { type: 'content-start', index: 0, delta: { message: { content: { type: 'text', text: '' } } } },
      { type: 'content-delta', index: 0, delta: { message: { content: { text: 'a' } } } },
      { type: 'content-delta', index: 0, delta: { message: { content: { text: 'b' } } } },
      { type: 'citation-start', index: 0, delta: { message: { citations: { start: 0 } } } },
      {
        type: 'tool-call-start',
        index: 0,
        delta: {
          message: { tool_calls: { id: 't', type: 'function', function: { name: 'f', arguments: '' } } },
        },
      },
      {
        type: 'tool-call-delta',
        index: 0,
        delta: { message: { tool_calls: { function: { arguments: '{}' } } } },
      },
      { type: 'message-end', delta: { finish_reason: 'TOOL_CALL', usage: { tokens: {} } } },
    );
    expect(assembleStreamedAnswer(stream)).toEqual({
      id: 'i',
      finish_reason: 'TOOL_CALL',
      usage: { tokens: {} },
      message: {
        role: 'assistant',
        tool_plan: 'I will',
        content: [{ type: 'text', text: 'ab' }],
        citations: [{ start: 0 }],
        tool_calls: [{ id: 't', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
    });
  });
  test('Bedrock Converse', () => {
    const stream = awsFrames([
      '{"messageStart":{"role":"assistant","p":"abc"}}',
      '{"contentBlockDelta":{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"h"}}}}',
      '{"contentBlockDelta":{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"m"}}}}',
      '{"contentBlockDelta":{"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"s"}}}}',
      '{"contentBlockDelta":{"contentBlockIndex":1,"delta":{"text":"a"}}}',
      '{"contentBlockDelta":{"contentBlockIndex":1,"delta":{"text":"b"}}}',
      '{"contentBlockStart":{"contentBlockIndex":2,"start":{"toolUse":{"toolUseId":"t","name":"f"}}}}',
      '{"contentBlockDelta":{"contentBlockIndex":2,"delta":{"toolUse":{"input":"{\\"x\\":"}}}}',
      '{"contentBlockDelta":{"contentBlockIndex":2,"delta":{"toolUse":{"input":"1}"}}}}',
      '{"messageStop":{"stopReason":"tool_use"}}',
      '{"metadata":{"usage":{"inputTokens":1},"metrics":{"latencyMs":2},"p":"abc"}}',
    ]);
    expect(assembleStreamedAnswer(stream)).toEqual({
      output: {
        message: {
          role: 'assistant',
          content: [
            { reasoningContent: { reasoningText: { text: 'hm', signature: 's' } } },
            { text: 'ab' },
            { toolUse: { toolUseId: 't', name: 'f', input: { x: 1 } } },
          ],
        },
      },
      stopReason: 'tool_use',
      usage: { inputTokens: 1 },
      metrics: { latencyMs: 2 },
    });
  });
  test('a Bedrock exception in the stream stands under error', () => {
    const stream = Buffer.concat([
      awsFrames(['{"messageStart":{"role":"assistant"}}']),
      awsFrame(
        { ':message-type': 'exception', ':exception-type': 'throttlingException' },
        { message: 'slow' },
      ),
    ]);
    expect(assembleStreamedAnswer(stream)).toMatchObject({
      error: { type: 'throttlingException', message: 'slow' },
    });
  });
  test('Claude’s events inside Bedrock’s frames become a message', () => {
    const stream = Buffer.concat([
      awsChunk({ type: 'message_start', message: { role: 'assistant' } }),
      awsChunk({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
      awsChunk({ type: 'content_block_delta', index: 0, delta: { text: 'hi' } }),
    ]);
    expect(assembleStreamedAnswer(stream)).toMatchObject({ content: [{ text: 'hi' }] });
  });
  test('Workers AI', () => {
    expect(
      assembleStreamedAnswer(
        sse({ response: 'a', p: 'x' }, { response: 'b', usage: { total_tokens: 2 } }, '[DONE]'),
      ),
    ).toEqual({ response: 'ab', usage: { total_tokens: 2 } });
  });
  test.each([
    '',
    'data: [DONE]\n\n',
    'plain text',
    '{"choices":[]}',
    'data: {"unknown":1}\n\n',
    'data: {"type":"ping"}\n\n',
    '[',
    '[1,2]',
  ])('%j is no stream that can be put together', (text) => {
    expect(assembleStreamedAnswer(Buffer.from(text))).toBeNull();
  });
});

(hasRecorded ? describe : describe.skip)('recorded streams', () => {
  /** All texts under the given keys in the payloads of a `.chunks.txt`, in order, joined. */
  const texts = (file: string, pattern: RegExp) =>
    [...recordedBody(file).toString().matchAll(pattern)]
      .map(([, text]) => JSON.parse(`"${text}"`) as string)
      .join('');

  test('OpenAI text', () => {
    const file = 'openai-chat/openai-text.chunks.txt';
    expect(assembleStreamedAnswer(recordedSse(file))).toMatchObject({
      object: 'chat.completion',
      choices: [
        {
          finish_reason: 'stop',
          message: { role: 'assistant', content: texts(file, /"content":"((?:[^"\\]|\\.)*)"/g) },
        },
      ],
    });
  });
  test('OpenAI tool call', () => {
    expect(
      assembleStreamedAnswer(recordedAnswer('openai-chat/stream-tool-call.cassette.yaml')),
    ).toMatchObject({
      choices: [
        {
          finish_reason: 'tool_calls',
          message: { tool_calls: [{ type: 'function', function: { arguments: '{"country":"UK"}' } }] },
        },
      ],
    });
  });
  test('DeepSeek reasoning and a call in pieces', () => {
    const answer = assembleStreamedAnswer(recordedSse('deepseek/deepseek-tool-call.chunks.txt'));
    expect(answer).toMatchObject({
      choices: [
        {
          finish_reason: 'tool_calls',
          message: {
            tool_calls: [{ function: { name: 'weather', arguments: '{"location": "San Francisco"}' } }],
          },
        },
      ],
    });
  });
  test('Anthropic web search', () => {
    const file = 'anthropic/anthropic-web-search-tool.1.chunks.txt';
    const answer = assembleStreamedAnswer(recordedSse(file));
    const content = (answer?.content ?? []) as { type: string; text?: string; input?: unknown }[];
    expect(content.map(({ text }) => text ?? '').join('')).toBe(
      texts(file, /"type":"text_delta","text":"((?:[^"\\]|\\.)*)"/g),
    );
    expect(content[0]).toMatchObject({ type: 'server_tool_use', input: { query: expect.any(String) } });
  });
  test('Converse in binary', () => {
    expect(
      assembleStreamedAnswer(recordedAnswer('bedrock/stream-tool-call-binary.cassette.yaml')),
    ).toMatchObject({
      stopReason: 'tool_use',
      output: {
        message: {
          role: 'assistant',
          content: [
            { text: expect.stringContaining('<thinking>') },
            { toolUse: { name: 'get_temperature', input: { city: 'Paris' } } },
          ],
        },
      },
    });
  });
  test('Vertex’s streamed arguments', () => {
    const answer = assembleStreamedAnswer(recordedSse('google/google-stream-no-args-tool-call.chunks.txt'));
    const [candidate] = (answer?.candidates ?? []) as {
      content: { parts: { functionCall?: { name: string; args?: unknown } }[] };
    }[];
    expect(candidate?.content.parts.flatMap(({ functionCall }) => functionCall ?? [])).toEqual([
      { name: 'read_theme' },
      { name: 'read_screen', args: { id: 'A' } },
      { name: 'read_screen', args: { id: 'B' } },
      { name: 'read_screen', args: { id: 'C' } },
    ]);
  });
  test('Mistral’s thinking', () => {
    const answer = assembleStreamedAnswer(recordedAnswer('mistral/stream-thinking.cassette.yaml'));
    expect(answer).toMatchObject({
      choices: [{ finish_reason: 'stop', message: { content: [{ type: 'thinking' }, { type: 'text' }] } }],
    });
  });
  test.each([
    ['openai-responses/openai-error.1.chunks.txt', { status: 'failed' }],
    ['openai-compatible/lmstudio-tool-call.1.chunks.txt', { object: 'response' }],
    ['azure-openai/azure-tool-call.1.chunks.txt', { status: 'completed' }],
    ['cohere/cohere-tool-call.chunks.txt', { finish_reason: 'TOOL_CALL', message: { tool_calls: [{}, {}] } }],
    [
      'perplexity/perplexity-text.chunks.txt',
      { object: 'chat.completion', choices: [{ finish_reason: 'stop' }] },
    ],
    ['xai/xai-text.chunks.txt', { choices: [{ message: { reasoning_content: expect.any(String) } }] }],
    [
      'groq/groq-tool-call.chunks.txt',
      { choices: [{ message: { tool_calls: [{ function: { arguments: '{}' } }] } }] },
    ],
    ['google/google-text.chunks.txt', { candidates: [{ finishReason: 'STOP' }] }],
  ])('%s', (file, expected) => {
    expect(assembleStreamedAnswer(recordedSse(file))).toMatchObject(expected);
  });
});
