import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isJson, type Json, listAt, parseJson } from '../../../form/json.ts';
import type { ModelResponse } from '../../../form/response.ts';
import {
  hasRecorded,
  recordedAnswer,
  recordedBody,
  recordedSse,
} from '../../../providers/__fixtures__/recorded.ts';
import { readSse, type SseEvent, sseParser } from '../../../streaming/sse.ts';
import {
  COMPATIBLE,
  counts,
  decodeContext,
  delta,
  eventsOf,
  foldBytes,
  inBrief,
} from './__fixtures__/decode.ts';
import { chatDialect, deviate } from './index.ts';

const describeRecorded = hasRecorded ? describe : describe.skip;

const XAI = chatDialect(deviate({ reasoningOutside: true, repeatsReasoning: true }));
const PERPLEXITY = chatDialect(deviate({ citationMarks: true }));

/** Long texts as their length and their ends. */
const short = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, it) =>
      typeof it === 'string' && it.length > 70 ? `${it.length}: ${it.slice(0, 12)}…${it.slice(-12)}` : it,
    ),
  );

const parts = (
  blocks: readonly unknown[],
  finish: readonly [string, string],
  usage: readonly number[] | null,
) => ({
  blocks,
  finish,
  usage,
});

describeRecorded('recorded streams', () => {
  test.each<[string, () => Buffer, unknown]>([
    [
      'OpenAI: padding beside the text, usage in a chunk of its own',
      () => recordedSse('openai-chat/openai-text.chunks.txt'),
      parts([['text', '1724: **Holiday Na…ual respect.']], ['stop', 'stop'], [16, 0, 300, 0]),
    ],
    [
      'OpenAI without usage: none is made up',
      () => recordedAnswer('openai-chat/stream-no-usage.cassette.yaml'),
      parts([['text', '209: Hi there! Ho…rious about.']], ['stop', 'stop'], null),
    ],
    [
      'OpenAI: thoughts ate the whole budget, which is an answer without blocks',
      () => recordedAnswer('openai-chat/stream-length-usage.cassette.yaml'),
      parts([], ['length', 'length'], [12, 0, 100, 100]),
    ],
    [
      'OpenAI: a call in the first chunk, its arguments in pieces',
      () => recordedAnswer('openai-chat/stream-tool-call.cassette.yaml'),
      parts(
        [['tool-call', 'call_ZR5UUuTt3pf61kjwAJIYdVMj', 'get_capital', '{"country":"UK"}']],
        ['tool-calls', 'tool_calls'],
        [53, 0, 15, 0],
      ),
    ],
    [
      'OpenAI: the turn after the call',
      () => recordedAnswer('openai-chat/stream-tool-call.cassette.yaml', 1),
      parts([['text', 'The capital of the UK is London.']], ['stop', 'stop'], [78, 0, 9, 0]),
    ],
    [
      'Azure: the first chunk has no choice, no id and no model',
      () => recordedSse('azure-openai/azure-model-router.1.chunks.txt'),
      parts([['text', 'Capital of Denmark.']], ['stop', 'stop'], [15, 0, 78, 64]),
    ],
    [
      'Mistral: a whole call without index and type',
      () => recordedSse('mistral/mistral-tool-call.chunks.txt'),
      parts(
        [['tool-call', 'gSIMJiOkT', 'weather', '{"location": "San Francisco"}']],
        ['tool-calls', 'tool_calls'],
        [124, 0, 22, 0],
      ),
    ],
    [
      'Mistral: content as lists of thinking parts, one of them empty, then as text',
      () => recordedAnswer('mistral/stream-thinking.cassette.yaml'),
      parts(
        [
          ['reasoning', '421: Okay, the us…se response.'],
          ['text', '607: To cross the…fe crossing.'],
        ],
        ['stop', 'stop'],
        [10, 0, 232, 0],
      ),
    ],
    [
      'Groq: a call without arguments',
      () => recordedSse('groq/groq-tool-call.chunks.txt'),
      parts([['tool-call', 'tk85n1k4m', 'weather', '{}']], ['tool-calls', 'tool_calls'], [210, 0, 15, 0]),
    ],
    [
      'DeepSeek: thoughts, then a call in pieces',
      () => recordedSse('deepseek/deepseek-tool-call.chunks.txt'),
      parts(
        [
          ['reasoning', '191: The user is … Francisco".'],
          ['tool-call', 'call_00_ioIn7yN9p1ZOMNpDLwd4MgAF', 'weather', '{"location": "San Francisco"}'],
        ],
        ['tool-calls', 'tool_calls'],
        [339, 320, 83, 39],
      ),
    ],
    [
      'Cerebras: a whole call, finish and usage in one chunk',
      () => recordedSse('cerebras/cererebras-structured-output-tools.1.chunks.txt', [0, 35]),
      parts(
        [
          ['reasoning', '423: The user is …agic number.'],
          ['tool-call', 'bbd2b9d98', 'nonUsefulTool', '{}'],
        ],
        ['tool-calls', 'tool_calls'],
        [322, 256, 104, 97],
      ),
    ],
    [
      'Cerebras: JSON as text, and the earlier call again beside it',
      () => recordedSse('cerebras/cererebras-structured-output-tools.1.chunks.txt', [35]),
      parts(
        [
          ['reasoning', "461: The nonUsefu…'s a number."],
          ['text', '{"result": "2026"}'],
          ['tool-call', 'e0ecf32e0', 'nonUsefulTool', '{}'],
        ],
        ['tool-calls', 'tool_calls'],
        [433, 256, 122, 108],
      ),
    ],
    [
      'OpenRouter: thoughts and their details, then text; comments between',
      () => recordedAnswer('openrouter/stream-reasoning.cassette.yaml'),
      parts(
        [
          ['reasoning', 'This is a simple arithmetic question. 2+2 equals 4.'],
          ['text', '2 + 2 = 4'],
        ],
        ['stop', 'stop'],
        [43, 0, 36, 13],
      ),
    ],
    [
      'OpenRouter: an error beside choices after a finish reason, with [DONE] behind it',
      () => recordedAnswer('openrouter/stream-error.cassette.yaml'),
      { failed: 'bad-request', message: 'Token limit reached' },
    ],
  ])('%s', (_, bytes, expected) => {
    expect(short(inBrief(foldBytes(bytes(), COMPATIBLE)))).toEqual(expected);
  });

  test('xAI: reasoning stands outside the completion, and more may be cached than the details say', () => {
    expect(inBrief(foldBytes(recordedSse('xai/xai-text.chunks.txt'), XAI))).toEqual(
      parts(
        [
          ['reasoning', 'First, the user said'],
          ['text', 'Hello'],
        ],
        ['stop', 'stop'],
        [12, 11, 291, 290],
      ),
    );
  });

  test('Perplexity: no [DONE] but a last object; cumulative usage counts once; marks are citations', () => {
    const answer = foldBytes(recordedSse('perplexity/perplexity-text.chunks.txt'), PERPLEXITY);
    expect(inBrief(answer)).toEqual(
      parts([['text', '**EcoVista Day**[1][5]']], ['stop', 'stop'], [11, 0, 434, 0]),
    );
    const [text] = (answer as ModelResponse).blocks;
    expect(text?.kind === 'text' && text.citations?.map(({ start, end, url }) => [start, end, url])).toEqual([
      [
        16,
        19,
        'https://www.modernchristmastrees.com/innovative-approaches-holiday-decor-modern-interior-design/',
      ],
      [
        19,
        22,
        'https://www.jjonesdesignco.com/blogs/modern-industrial-christmas-decor-joshuas-must-have-holiday-picks',
      ],
    ]);
  });

  test('OpenRouter: the signature is kept with all its details, unchanged', () => {
    const answer = foldBytes(recordedAnswer('openrouter/stream-reasoning.cassette.yaml'), COMPATIBLE);
    const [thoughts] = (answer as ModelResponse).blocks;
    const proof = thoughts?.kind === 'reasoning' ? thoughts.proof : undefined;
    expect(proof?.family).toBe('openrouter');
    expect(JSON.parse(proof?.value ?? '')).toEqual([
      {
        type: 'reasoning.text',
        text: 'This is a simple arithmetic question. 2+2 equals 4.',
        signature: expect.stringMatching(/^Et0BCk.*YAQ==$/),
        format: 'anthropic-claude-v1',
        index: 0,
      },
    ]);
  });

  test.each([
    'openai-chat/openai-text',
    'azure-openai/azure-model-router.1',
    'xai/xai-text',
    'deepseek/deepseek-tool-call',
    'cerebras/cererebras-structured-output-tools.1',
    'perplexity/perplexity-text',
  ])('%s: no character of its deltas is lost', (file) => {
    const bytes = recordedSse(`${file}.chunks.txt`);
    const answer = foldBytes(bytes.subarray(0, firstAnswer(bytes)), COMPATIBLE);
    const blocks = 'blocks' in answer ? answer.blocks : [];
    const said = (kind: 'text' | 'reasoning') =>
      blocks.map((block) => (block.kind === kind ? block.text : '')).join('');
    const deltas = readSse(bytes.subarray(0, firstAnswer(bytes))).flatMap(deltaOf);
    const written = (key: string) => deltas.map((delta) => delta[key] ?? '').join('');
    expect(said('text')).toBe(written('content'));
    expect(said('reasoning')).toBe(written('reasoning_content') || written('reasoning'));
  });
});

describeRecorded('recorded streams, cut anywhere', () => {
  const streams = hasRecorded
    ? [
        recordedSse('openai-chat/openai-text.chunks.txt').subarray(0, 6000),
        recordedAnswer('openai-chat/stream-tool-call.cassette.yaml'),
        recordedSse('azure-openai/azure-model-router.1.chunks.txt'),
        recordedSse('groq/groq-tool-call.chunks.txt'),
        recordedSse('xai/xai-text.chunks.txt'),
        recordedSse('deepseek/deepseek-tool-call.chunks.txt').subarray(0, 6000),
        recordedSse('perplexity/perplexity-text.chunks.txt'),
        recordedAnswer('openrouter/stream-reasoning.cassette.yaml'),
        recordedAnswer('openrouter/stream-error.cassette.yaml'),
        Buffer.from(`data: ${JSON.stringify(delta({ content: '日本語 😀 ü' }))}\r\n\r\ndata: [DONE]\r\n\r\n`),
      ]
    : [];
  test('give the same events', () => {
    const wholes = streams.map((bytes) => eventsOf(readSse(bytes)));
    fc.assert(
      fc.property(fc.nat({ max: streams.length - 1 }), fc.array(fc.nat(), { maxLength: 8 }), (at, cuts) => {
        const bytes = streams[at] ?? Buffer.alloc(0);
        const frames: SseEvent[] = [];
        const parser = sseParser((event) => frames.push(event));
        const points = [0, ...cuts.map((cut) => cut % bytes.length).toSorted((a, b) => a - b), bytes.length];
        for (const [index, point] of points.slice(1).entries())
          parser.push(bytes.subarray(points[index], point));
        parser.end();
        expect(eventsOf(frames)).toEqual(wholes[at]);
      }),
      { numRuns: 300 },
    );
  });
});

/** One file holds two answers. */
function firstAnswer(bytes: Buffer): number {
  const first = bytes.indexOf('"role":"assistant"},"index":0}],"created"');
  const second = bytes.indexOf('"role":"assistant"},"index":0}],"created"', first + 1);
  return second === -1 ? bytes.length : bytes.lastIndexOf('\n\n', second) + 2;
}

function deltaOf({ data }: { readonly data: string }): Json[] {
  const chunk = parseJson(data);
  const choice = isJson(chunk) ? listAt(chunk, 'choices')[0] : null;
  return isJson(choice) && isJson(choice.delta) ? [choice.delta] : [];
}

describeRecorded('recorded whole answers', () => {
  test.each<[string, () => Buffer, unknown]>([
    [
      'OpenAI: text',
      () => recordedBody('openai-chat/openai-text.json'),
      parts([['text', '1842: **Holiday Na…d our world.']], ['stop', 'stop'], [16, 0, 363, 0]),
    ],
    [
      'OpenAI: speech',
      () => recordedAnswer('openai-chat/audio-output.cassette.yaml'),
      parts([['audio']], ['stop', 'stop'], [22, 0, 18, 0]),
    ],
    [
      'OpenAI: an image was seen',
      () => recordedAnswer('openai-chat/image-input.cassette.yaml'),
      parts([['text', 'A tiny blue cartoon character.']], ['stop', 'stop'], [22, 0, 719, 704]),
    ],
    [
      'OpenAI: a call without arguments',
      () => recordedAnswer('openai-chat/json-schema.cassette.yaml'),
      parts(
        [['tool-call', 'call_PkRGedQNRFUzJp2R7dO7avWR', 'get_user_country', '{}']],
        ['tool-calls', 'tool_calls'],
        [71, 0, 12, 0],
      ),
    ],
    [
      'OpenAI: structured output',
      () => recordedAnswer('openai-chat/json-schema.cassette.yaml', 1),
      parts([['text', '{"city":"Mexico City","country":"Mexico"}']], ['stop', 'stop'], [92, 0, 15, 0]),
    ],
    [
      'OpenAI: two calls at once',
      () => recordedAnswer('openai-chat/parallel-tools.cassette.yaml'),
      parts(
        [
          ['tool-call', 'call_jYdIdRZHxZTn5bWCq5jlMrJi', 'delete_file', '{"path": ".env"}'],
          ['tool-call', 'call_TmlTVWQbzrXCZ4jNsCVNbNqu', 'create_file', '{"path": "test.txt"}'],
        ],
        ['tool-calls', 'tool_calls'],
        [71, 0, 46, 0],
      ),
    ],
    [
      'OpenAI: the turn after the results',
      () => recordedAnswer('openai-chat/parallel-tools.cassette.yaml', 1),
      parts([['text', '78: The file `.e…uccessfully.']], ['stop', 'stop'], [133, 0, 19, 0]),
    ],
    [
      'Azure: filter results beside the message',
      () => recordedAnswer('azure-openai/chat-basic.cassette.yaml'),
      parts([['text', '298: Hi there! Ho…ick rundown.']], ['stop', 'stop'], [8, 0, 271, 192]),
    ],
    [
      'Groq: thoughts and a call, no content at all',
      () => recordedAnswer('groq/error-400-tool-use-failed.cassette.yaml', 1),
      parts(
        [
          ['reasoning', expect.stringMatching(/^670: The user wan/)],
          ['tool-call', 'fc_beee8d84-e6d7-4980-bec6-298d3ec7a73f', 'final_result', '{"response":"yes"}'],
        ],
        ['tool-calls', 'tool_calls'],
        [254, 0, 174, 147],
      ),
    ],
    [
      'DeepSeek: JSON after thoughts',
      () => recordedBody('deepseek/deepseek-json.json'),
      parts(
        [
          ['reasoning', '558: I have the r…JSON object.'],
          ['text', expect.stringMatching(/^78: \{/)],
        ],
        ['stop', 'stop'],
        [495, 320, 144, 118],
      ),
    ],
    [
      'Cerebras: reasoning',
      () => recordedAnswer('cerebras/reasoning-multiturn.cassette.yaml'),
      parts(
        [
          ['reasoning', '92: User asks si…ightforward.'],
          ['text', '4.'],
        ],
        ['stop', 'stop'],
        [79, 0, 37, 25],
      ),
    ],
    [
      'Hugging Face: an empty list of calls; thoughts in the text stay text, because nobody says that they are none',
      () => recordedAnswer('huggingface/text.cassette.yaml'),
      parts([['text', expect.stringMatching(/^872: <think>/)]], ['stop', 'stop'], [4, 0, 197, 0]),
    ],
    [
      'Ollama: reasoning and text',
      () => recordedAnswer('ollama/tool-call.cassette.yaml'),
      parts(
        [
          ['reasoning', expect.stringMatching(/^490: We need to a/)],
          ['text', 'Paris.'],
        ],
        ['stop', 'stop'],
        [134, 0, 122, 0],
      ),
    ],
    [
      'Ollama: a call beside an empty text',
      () => recordedAnswer('ollama/tool-call.cassette.yaml', 1),
      parts(
        [
          ['reasoning', expect.stringMatching(/^763: The conversa/)],
          ['tool-call', 'call_o2vnpxrw', 'final_result', '{"city":"Paris","country":"France"}'],
        ],
        ['tool-calls', 'tool_calls'],
        [206, 0, 194, 0],
      ),
    ],
    [
      'Groq: a call that the model wrote wrongly',
      () => recordedAnswer('groq/error-400-tool-use-failed.cassette.yaml'),
      { failed: 'malformed-tool-call', message: 'Tool choice is required, but model did not call a tool' },
    ],
  ])('%s', (_, bytes, expected) => {
    const body = parseJson(bytes().toString()) as Json;
    expect(short(inBrief(COMPATIBLE.decodeResponse(body, decodeContext())))).toEqual(expected);
  });

  test('Perplexity: every mark is a citation with its title where there is one', () => {
    const body = parseJson(recordedBody('perplexity/perplexity-citations.json').toString()) as Json;
    const answer = PERPLEXITY.decodeResponse(body, decodeContext()) as ModelResponse;
    const [text] = answer.blocks;
    const citations = text?.kind === 'text' ? (text.citations ?? []) : [];
    expect(citations).toHaveLength(13);
    expect(text?.kind === 'text' && text.text.slice(citations[0]?.start ?? 0, citations[0]?.end ?? 0)).toBe(
      '[2]',
    );
    expect(citations[0]?.url).toBe('https://en.wikipedia.org/wiki/San_Francisco');
    expect(answer.usage && counts(answer.usage)).toEqual([10, 0, 251, 0]);
  });
});
