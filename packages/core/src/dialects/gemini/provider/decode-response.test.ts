import { describe, expect, test } from '@jest/globals';
import { isFault } from '../../../form/fault.ts';
import { foldEvents } from '../../../form/fold-events.ts';
import type { Json } from '../../../form/json.ts';
import type { ModelResponse } from '../../../form/response.ts';
import { inputTotal, outputTotal } from '../../../form/usage.ts';
import { bottomless } from '../../__fixtures__/arbitrary-answers.ts';
import { asked, decodeContext, decoded, targetOf } from '../../__fixtures__/exchange.ts';
import { encodeAnswer } from '../__fixtures__/encode-answer.ts';
import { gemini } from './index.ts';

const answerOf = (parts: readonly Json[], about: Json = {}, more: Json = {}): Json => ({
  candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP', index: 0, ...about }],
  responseId: 'r',
  modelVersion: 'gemini-x',
  ...more,
});

/** Whole and streamed must be one; this shows both. */
function both(body: Json): ModelResponse {
  const whole = gemini.decodeResponse(body, decodeContext());
  const streamed = foldEvents(decoded(gemini, [body]));
  expect(streamed).toEqual(whole);
  if ('kind' in whole) throw new Error(whole.message);
  expect(encodeAnswer(whole)).toEqual(body);
  return whole;
}
const failedBoth = (body: Json) => {
  const whole = gemini.decodeResponse(body, decodeContext());
  expect(foldEvents(decoded(gemini, [body]))).toEqual(whole);
  return whole;
};

describe('parts', () => {
  test("a call has Google's id, marked, or a fresh one (bug 32)", () => {
    const { blocks, finish } = both(
      answerOf([
        { functionCall: { id: 'x1', name: 'a', args: { n: 1 } }, thoughtSignature: 'S' },
        { functionCall: { name: 'a', args: {} } },
        { functionCall: { name: 'a', args: { n: null } } },
      ]),
    );
    expect(blocks).toEqual([
      {
        kind: 'tool-call',
        id: 'gemini-x1',
        name: 'a',
        arguments: '{"n":1}',
        proof: { family: 'google', kind: 'signature', value: 'S' },
      },
      { kind: 'tool-call', id: 'call_000000000000000000000001', name: 'a', arguments: '{}' },
      { kind: 'tool-call', id: 'call_000000000000000000000002', name: 'a', arguments: '{"n":null}' },
    ]);
    expect(finish.reason).toBe('tool-calls');
  });

  test.each([undefined, null, '', 'null', 7, []])('arguments %j are the empty object (bug 1)', (args) => {
    const body = answerOf([{ functionCall: { name: 'a', args } }]);
    expect(gemini.decodeResponse(body, decodeContext())).toMatchObject({ blocks: [{ arguments: '{}' }] });
  });

  test('arguments without a bottom do not break the rest', () => {
    const body = answerOf([{ functionCall: { name: 'a', args: bottomless() } }, { text: 'b' }]);
    expect(gemini.decodeResponse(body, decodeContext())).toMatchObject({
      blocks: [{ arguments: '{}' }, { text: 'b' }],
    });
  });

  test('names come back as the caller wrote them', () => {
    const tools = [{ kind: 'function', name: '1 tool', schema: null, strict: null } as const];
    const request = gemini.encodeRequest(asked({ tools }), targetOf('x', 'gemini-2.5-flash'));
    if (isFault(request)) throw new Error(request.message);
    const { names } = request;
    const body = answerOf([{ functionCall: { name: names.toWire('1 tool') } }]);
    expect(gemini.decodeResponse(body, decodeContext({ names }))).toMatchObject({
      blocks: [{ name: '1 tool' }],
    });
  });

  test('thoughts, with and without their signature', () => {
    const { blocks } = both(
      answerOf([
        { text: 'hm', thought: true, thoughtSignature: 'S' },
        { text: 'so', extra: 1 },
      ]),
    );
    expect(blocks).toEqual([
      { kind: 'reasoning', text: 'hm', proof: { family: 'google', kind: 'signature', value: 'S' } },
      { kind: 'text', text: 'so', residue: { dialect: 'gemini', value: { extra: 1 } } },
    ]);
  });

  test('code that ran is shown, and kept as it was', () => {
    const { blocks } = both(
      answerOf([
        { text: 'I compute.' },
        { executableCode: { language: 'PYTHON', code: 'print(1)\n' } },
        { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1\n' } },
        { text: 'One.' },
      ]),
    );
    expect(blocks.map((block) => (block.kind === 'text' ? block.text : ''))).toEqual([
      'I compute.',
      '\n```python\nprint(1)\n```\n',
      '\n```\n1\n```\n',
      'One.',
    ]);
  });

  test('media of every kind, and parts of tomorrow', () => {
    const { blocks } = both(
      answerOf([
        { inlineData: { mimeType: 'image/png', data: 'AA' }, thoughtSignature: 'S' },
        { inlineData: { mimeType: 'audio/wav', data: 'AA' } },
        { fileData: { mimeType: 'application/pdf', fileUri: 'gs://a' } },
        { hologram: { data: 'AA' }, thoughtSignature: 'S' },
        { inlineData: { mimeType: 'image/png', data: 'BB' }, thought: true },
      ]),
    );
    expect(blocks.map(({ kind }) => kind)).toEqual([
      'image',
      'reasoning',
      'audio',
      'file',
      'opaque',
      'opaque',
    ]);
  });

  test('log-probs', () => {
    const logprobsResult = {
      chosenCandidates: [{ token: 'é', tokenId: 1, logProbability: -0.5 }],
      topCandidates: [{ candidates: [{ token: 'é', tokenId: 1, logProbability: -0.5 }] }],
    };
    const { blocks } = both(answerOf([{ text: 'é' }], { logprobsResult, avgLogprobs: -0.5 }));
    const entry = { token: 'é', logprob: -0.5, bytes: [0xc3, 0xa9] };
    expect(blocks).toEqual([{ kind: 'text', text: 'é', logprobs: [{ ...entry, top: [entry] }] }]);
  });
});

describe('grounding', () => {
  const groundingMetadata = {
    webSearchQueries: ['x', 'y'],
    groundingChunks: [{ web: { uri: 'https://a', title: 'A' } }, { web: { uri: 'https://b', title: 'B' } }],
    groundingSupports: [
      {
        segment: { startIndex: 6, endIndex: 15, text: 'zwölf €' },
        groundingChunkIndices: [0, 1, 9],
        confidenceScores: [0.9, 0.8],
      },
      { segment: { endIndex: 4, text: '🙂' }, groundingChunkIndices: [1] },
      { segment: { partIndex: 0, startIndex: 900, endIndex: 905, text: 'gone' }, groundingChunkIndices: [0] },
    ],
  };
  const sentence = '🙂, zwölf €.';

  test('spans count UTF-16 units, not bytes; what is nowhere has no place', () => {
    const { blocks, usage } = both(
      answerOf(
        [{ text: sentence }],
        { groundingMetadata },
        {
          usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 2, totalTokenCount: 3 },
        },
      ),
    );
    const [block] = blocks;
    if (block?.kind !== 'text') throw new Error('no text');
    const shown = block.citations?.map(({ start, end, url, quote }) => [
      start === null || end === null ? null : sentence.slice(start, end),
      url,
      quote,
    ]);
    expect(shown).toEqual([
      ['zwölf €', 'https://a', 'zwölf €'],
      ['zwölf €', 'https://b', 'zwölf €'],
      ['🙂', 'https://b', '🙂'],
      [null, 'https://a', 'gone'],
    ]);
    expect(usage?.searches).toBe(2);
  });

  test('in a stream it is about the whole text, with a seal that came before it', () => {
    const events = decoded(gemini, [
      { candidates: [{ content: { parts: [{ text: sentence.slice(0, 5) }] } }] },
      { candidates: [{ content: { parts: [{ text: sentence.slice(5), thoughtSignature: 'S' }] } }] },
      { candidates: [{ finishReason: 'STOP', groundingMetadata }] },
    ]);
    const answer = foldEvents(events);
    expect(answer).toMatchObject({
      blocks: [
        { kind: 'text', citations: [{ start: 4, end: 11 }, { start: 4, end: 11 }, { start: 0, end: 2 }, {}] },
        { kind: 'reasoning', text: '' },
      ],
    });
  });
});

describe('ends', () => {
  test.each([
    ['STOP', 'stop'],
    ['MAX_TOKENS', 'length'],
    ['SAFETY', 'blocked-output'],
    ['RECITATION', 'blocked-output'],
    ['LANGUAGE', 'blocked-output'],
    ['BLOCKLIST', 'blocked-output'],
    ['PROHIBITED_CONTENT', 'blocked-output'],
    ['SPII', 'blocked-output'],
    ['IMAGE_SAFETY', 'blocked-output'],
    ['IMAGE_PROHIBITED_CONTENT', 'blocked-output'],
    ['IMAGE_RECITATION', 'blocked-output'],
    ['OTHER', 'other'],
    ['NO_IMAGE', 'other'],
    ['WORD_OF_TOMORROW', 'other'],
  ])('%s is %s', (finishReason, reason) => {
    const { finish } = both(answerOf([{ text: 'x' }], { finishReason, finishMessage: 'why' }));
    expect(finish).toEqual({ reason, raw: finishReason, explanation: 'why' });
  });

  test('a limit stays a limit, with calls too (bug 28)', () => {
    const body = answerOf([{ functionCall: { name: 'a', args: {} } }], { finishReason: 'MAX_TOKENS' });
    expect(both(body).finish.reason).toBe('length');
  });

  test('safety data stays with a blocked answer', () => {
    const safetyRatings = [{ category: 'HARM', blocked: true }];
    const { finish } = both(
      answerOf([], { content: { role: 'model' }, finishReason: 'SAFETY', safetyRatings }),
    );
    expect(finish.details).toEqual({ safetyRatings });
  });

  test('a blocked prompt has no candidate, and perhaps no counts', () => {
    const promptFeedback = { blockReason: 'PROHIBITED_CONTENT', blockReasonMessage: 'No.' };
    const body = {
      promptFeedback,
      usageMetadata: { trafficType: 'ON_DEMAND' },
      modelVersion: 'm',
      responseId: 'r',
    };
    expect(both(body)).toMatchObject({
      blocks: [],
      usage: null,
      finish: {
        reason: 'blocked-prompt',
        raw: 'PROHIBITED_CONTENT',
        explanation: 'No.',
        details: promptFeedback,
      },
    });
  });

  test.each(['MALFORMED_FUNCTION_CALL', 'UNEXPECTED_TOOL_CALL', 'TOO_MANY_TOOL_CALLS'])(
    '%s is an error',
    (finishReason) => {
      const body = answerOf([], { finishReason, finishMessage: 'Malformed: look(' });
      expect(failedBoth(body)).toMatchObject({
        class: 'malformed-tool-call',
        code: finishReason,
        message: 'Malformed: look(',
      });
    },
  );

  test('a 200 that holds an error is one', () => {
    const error = { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' };
    expect(failedBoth({ error })).toMatchObject({ class: 'overloaded', code: 'UNAVAILABLE' });
  });

  test.each<Json>([{}, { candidates: [] }, { candidates: null }, { usageMetadata: { promptTokenCount: 1 } }])(
    'no answer at all is an error: %j',
    (body) => {
      expect(gemini.decodeResponse(body, decodeContext())).toMatchObject({
        kind: 'error',
        class: 'upstream',
      });
      expect(foldEvents(decoded(gemini, [body]))).toMatchObject({ kind: 'error', class: 'upstream' });
    },
  );
});

describe('a stream', () => {
  const text = (words: string, about: Json = {}): Json => ({
    candidates: [{ content: { role: 'model', parts: [{ text: words }] }, ...about }],
  });

  test('that closes without a finish reason was cut', () => {
    expect(decoded(gemini, [text('half')]).at(-1)).toMatchObject({
      kind: 'failed',
      error: { class: 'upstream' },
    });
    expect(decoded(gemini, []).at(-1)).toMatchObject({ kind: 'failed' });
  });

  test('with an error in the middle ends with it, and nothing follows (bug 16)', () => {
    const error = { code: 429, message: 'Slow down.', status: 'RESOURCE_EXHAUSTED' };
    const events = decoded(gemini, [text('half'), { error }, text('more', { finishReason: 'STOP' })]);
    expect(events.at(-1)).toMatchObject({ kind: 'failed', error: { class: 'rate-limit', status: 429 } });
    expect(JSON.stringify(events)).not.toContain('more');
  });

  test('tells the prompt’s tokens first and the last count at the end', () => {
    const events = decoded(gemini, [
      { ...text('a'), usageMetadata: { promptTokenCount: 7 } },
      {
        ...text('b', { finishReason: 'STOP' }),
        usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 2 },
      },
      { usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 3, totalTokenCount: 10 } },
    ]);
    expect(events[0]).toMatchObject({ kind: 'start', usage: { input: 7, output: 0 } });
    expect(events.filter(({ kind }) => kind === 'usage')).toMatchObject([{ usage: { input: 7, output: 3 } }]);
  });

  test('thoughts, text and calls follow each other as blocks of their own', () => {
    const events = decoded(gemini, [
      {
        candidates: [
          {
            content: {
              parts: [
                { text: 'h', thought: true },
                { text: 'm', thought: true },
              ],
            },
          },
        ],
      },
      { candidates: [{ content: { parts: [{ text: '', thought: true, thoughtSignature: 'S' }] } }] },
      text('so'),
      { candidates: [{ content: { parts: [{ functionCall: { name: 'a' } }] } }] },
      {
        candidates: [
          { content: { parts: [{ functionCall: { name: 'b', args: { x: 1 } } }] }, finishReason: 'STOP' },
        ],
      },
    ]);
    expect(foldEvents(events)).toMatchObject({
      blocks: [
        { kind: 'reasoning', text: 'hm', proof: { value: 'S' } },
        { kind: 'text', text: 'so' },
        { kind: 'tool-call', name: 'a', arguments: '{}' },
        { kind: 'tool-call', name: 'b', arguments: '{"x":1}' },
      ],
      finish: { reason: 'tool-calls' },
    });
  });

  test('whose parts all have a field of tomorrow is one text still', () => {
    const piece = (words: string) => ({
      candidates: [{ content: { parts: [{ text: words, partMetadata: { a: words } }] } }],
    });
    expect(
      foldEvents(decoded(gemini, [piece('a'), piece('b'), text('', { finishReason: 'STOP' })])),
    ).toMatchObject({
      blocks: [{ kind: 'text', text: 'ab', residue: { value: { partMetadata: { a: 'b' } } } }],
    });
  });

  test('of call arguments builds nested values, and a cut one is not given out', () => {
    const piece = (functionCall: Json): Json => ({
      candidates: [{ content: { parts: [{ functionCall }] } }],
    });
    const pieces = [
      piece({ name: 'a', willContinue: true }),
      piece({
        partialArgs: [{ jsonPath: '$.s[0].t', stringValue: 'x', willContinue: true }],
        willContinue: true,
      }),
      piece({ partialArgs: [{ jsonPath: '$.s[0].t', stringValue: 'y' }], willContinue: true }),
      piece({
        partialArgs: [
          { jsonPath: "$.s[1]['a b']", numberValue: 2 },
          { jsonPath: '$.ok', boolValue: false },
          { jsonPath: '$.no', nullValue: 'NULL_VALUE' },
        ],
        willContinue: true,
      }),
    ];
    expect(decoded(gemini, pieces).map(({ kind }) => kind)).not.toContain('end');
    const done = decoded(gemini, [...pieces, piece({}), text('', { finishReason: 'STOP' })]);
    expect(foldEvents(done)).toMatchObject({
      blocks: [{ arguments: '{"s":[{"t":"xy"},{"a b":2}],"ok":false,"no":null}' }],
    });
  });
});

describe('counts', () => {
  const usageOf = (usageMetadata: Json) => {
    const { usage } = both(answerOf([], { content: { role: 'model' } }, { usageMetadata }));
    if (!usage) throw new Error('no usage');
    return usage;
  };

  test('tool use and caches are read, audio is in a class of its own', () => {
    const usage = usageOf({
      promptTokenCount: 100,
      cachedContentTokenCount: 40,
      toolUsePromptTokenCount: 10,
      candidatesTokenCount: 20,
      thoughtsTokenCount: 5,
      totalTokenCount: 135,
      promptTokensDetails: [
        { modality: 'AUDIO', tokenCount: 30 },
        { modality: 'TEXT', tokenCount: 70 },
      ],
      candidatesTokensDetails: [{ modality: 'AUDIO', tokenCount: 8 }],
    });
    expect(usage).toMatchObject({
      input: 40,
      cacheRead: 40,
      inputAudio: 30,
      output: 12,
      outputAudio: 8,
      reasoning: 5,
    });
    expect(inputTotal(usage)).toBe(110);
    expect(outputTotal(usage)).toBe(25);
  });

  test('thoughts that are among the candidates already are not counted twice', () => {
    const usageMetadata = {
      promptTokenCount: 10,
      candidatesTokenCount: 20,
      thoughtsTokenCount: 15,
      totalTokenCount: 30,
    };
    expect(gemini.decodeResponse(answerOf([], {}, { usageMetadata }), decodeContext())).toMatchObject({
      usage: { input: 10, output: 5, reasoning: 15 },
    });
  });
});
