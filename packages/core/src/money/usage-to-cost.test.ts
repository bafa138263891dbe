import { describe, expect, test } from '@jest/globals';
import type { TokenUsage } from '../form/token-usage.ts';
import { headerMap } from '../http/header-map.ts';
import { awsChunk, awsFrames } from '../providers/__fixtures__/frames.ts';
import type { UsageDialect } from '../providers/descriptor.ts';
import { readUsage, readUsageHeaders } from '../providers/usage/read-answer.ts';
import { attodollars, roundToMicros } from './attodollars.ts';
import type { PriceOverride } from './price-override.ts';
import { overrideTariff } from './price-texts.ts';
import { exactCost } from './tariff.ts';

type Rates = PriceOverride['rates'];

interface Row {
  readonly block: string;
  readonly usage: () => TokenUsage | null;
  readonly classes: Partial<TokenUsage>;
  /** Dollars per million tokens; per call for `search` and `per_request`. Of the row, not of the price book. */
  readonly rates: Rates;
  /** In micro-dollars: a token at a dollar per million is one of them. */
  readonly arithmetic: string;
}

const NONE: TokenUsage = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 };

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const sse = (events: readonly unknown[]) =>
  Buffer.from(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));

const row = (
  block: string,
  dialect: UsageDialect,
  answer: unknown,
  classes: Partial<TokenUsage>,
  rates: Rates,
  arithmetic: string,
): Row => {
  const bytes = () => (Buffer.isBuffer(answer) ? answer : Array.isArray(answer) ? sse(answer) : json(answer));
  return { block, usage: () => readUsage(dialect, bytes()), classes, rates, arithmetic };
};

/** The usual place. */
const usage = (it: object) => ({ usage: it });
const gemini = (it: object) => ({ candidates: [], usageMetadata: it });

const GPT: Rates = { input: '1.25', cache_read: '0.125', output: '10' };
const AUDIO: Rates = { input: '2.5', input_audio: '40', output: '10', output_audio: '80' };
const IMAGES: Rates = { input: '5', input_image: '10', output: '10', output_image: '40' };
const CLAUDE: Rates = {
  input: '3',
  cache_read: '0.3',
  cache_write: '3.75',
  cache_write_long: '6',
  output: '15',
  search: '0.01',
};
const FLASH: Rates = {
  input: '0.3',
  input_audio: '1',
  cache_read: '0.03',
  output: '2.5',
  output_image: '30',
  search: '0.035',
};
const NOVA: Rates = { input: '0.8', cache_read: '0.2', output: '3.2' };
const COHERE: Rates = { input: '2.5', output: '10', search: '0.002' };
const GROK: Rates = { input: '0.2', cache_read: '0.05', output: '0.5', search: '0.005' };
const CHEAP: Rates = { input: '0.27', cache_read: '0.07', output: '1.1' };
const SONAR: Rates = { input: '1', output: '1', search: '0.005', per_request: '0.005' };
const DEEP: Rates = { input: '2', output: '8', reasoning: '3', search: '0.005' };
const SMALL: Rates = { input: '0.059', output: '0.079' };

const OPENAI: readonly Row[] = [
  row(
    'chat',
    'openai-chat',
    usage({ prompt_tokens: 16, completion_tokens: 363, total_tokens: 379 }),
    { input: 16, output: 363 },
    GPT,
    '16×1.25 + 363×10',
  ),
  row(
    'chat, cached',
    'openai-chat',
    usage({
      prompt_tokens: 2006,
      completion_tokens: 300,
      total_tokens: 2306,
      prompt_tokens_details: { cached_tokens: 1920, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
    }),
    { input: 86, cacheRead: 1920, output: 300 },
    GPT,
    '86×1.25 + 1920×0.125 + 300×10',
  ),
  row(
    'chat, reasoning',
    'openai-chat',
    usage({
      prompt_tokens: 81,
      completion_tokens: 1035,
      total_tokens: 1116,
      completion_tokens_details: {
        reasoning_tokens: 832,
        accepted_prediction_tokens: 0,
        rejected_prediction_tokens: 0,
      },
    }),
    { input: 81, output: 203, reasoning: 832 },
    GPT,
    '81×1.25 + 203×10 + 832×10',
  ),
  row(
    'chat, a cache that is written',
    'openai-chat',
    usage({
      prompt_tokens: 3000,
      completion_tokens: 20,
      prompt_tokens_details: { cached_tokens: 1000, cache_write_tokens: 1500 },
    }),
    { input: 500, cacheRead: 1000, cacheWrite: 1500, output: 20 },
    { ...GPT, cache_write: '1.5625' },
    '500×1.25 + 1000×0.125 + 1500×1.5625 + 20×10',
  ),
  row(
    'chat, spoken question and answer',
    'openai-chat',
    usage({
      prompt_tokens: 115,
      completion_tokens: 270,
      total_tokens: 385,
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 100 },
      completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 210 },
    }),
    { input: 15, inputAudio: 100, output: 60, outputAudio: 210 },
    AUDIO,
    '15×2.5 + 100×40 + 60×10 + 210×80',
  ),
  row(
    'chat, speech that came from the cache stays with it',
    'openai-chat',
    usage({
      prompt_tokens: 200,
      completion_tokens: 10,
      prompt_tokens_details: {
        cached_tokens: 128,
        audio_tokens: 150,
        cached_tokens_details: { audio_tokens: 100, text_tokens: 28 },
      },
    }),
    { input: 22, cacheRead: 128, inputAudio: 50, output: 10 },
    { ...AUDIO, cache_read: '2.5' },
    '22×2.5 + 128×2.5 + 50×40 + 10×10',
  ),
  row(
    'chat, a stream: usage in a chunk of its own',
    'openai-chat',
    [
      { choices: [{ delta: { content: 'x' } }], usage: null },
      { choices: [], usage: { prompt_tokens: 12, completion_tokens: 100, total_tokens: 112 } },
    ],
    { input: 12, output: 100 },
    GPT,
    '12×1.25 + 100×10',
  ),
  row(
    'embeddings',
    'openai-chat',
    { object: 'list', data: [], usage: { prompt_tokens: 5000, total_tokens: 5000 } },
    { input: 5000 },
    { input: '0.02' },
    '5000×0.02',
  ),
  row(
    'Responses',
    'openai-chat',
    {
      object: 'response',
      output: [],
      usage: {
        input_tokens: 36,
        input_tokens_details: { cached_tokens: 0 },
        output_tokens: 87,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: 123,
      },
    },
    { input: 36, output: 87 },
    GPT,
    '36×1.25 + 87×10',
  ),
  row(
    'Responses, cached and reasoned, in the terminal event',
    'openai-chat',
    [
      {
        type: 'response.completed',
        response: {
          usage: {
            input_tokens: 1000,
            input_tokens_details: { cached_tokens: 768 },
            output_tokens: 500,
            output_tokens_details: { reasoning_tokens: 448 },
            total_tokens: 1500,
          },
        },
      },
    ],
    { input: 232, cacheRead: 768, output: 52, reasoning: 448 },
    GPT,
    '232×1.25 + 768×0.125 + 52×10 + 448×10',
  ),
  row(
    'Responses, two searches; opening a page is none',
    'openai-chat',
    {
      object: 'response',
      output: [
        { type: 'web_search_call', action: { type: 'search' } },
        { type: 'web_search_call', action: { type: 'open_page' } },
        { type: 'web_search_call', action: { type: 'search' } },
        { type: 'message', content: [] },
      ],
      usage: { input_tokens: 8000, output_tokens: 400, total_tokens: 8400 },
    },
    { input: 8000, output: 400, searches: 2 },
    { ...GPT, search: '0.01' },
    '8000×1.25 + 400×10 + 2×10000',
  ),
  row(
    'images, which write nothing else',
    'openai-chat',
    {
      data: [{}],
      usage: {
        input_tokens: 373,
        input_tokens_details: { text_tokens: 50, image_tokens: 323 },
        output_tokens: 1056,
        total_tokens: 1429,
      },
    },
    { input: 50, inputImage: 323, outputImage: 1056 },
    IMAGES,
    '50×5 + 323×10 + 1056×40',
  ),
  row(
    'images, with details of what was written',
    'openai-chat',
    {
      data: [{}],
      usage: {
        input_tokens: 50,
        input_tokens_details: { text_tokens: 40, image_tokens: 10 },
        output_tokens: 1100,
        output_tokens_details: { text_tokens: 44, image_tokens: 1056 },
        total_tokens: 1150,
      },
    },
    { input: 40, inputImage: 10, output: 44, outputImage: 1056 },
    IMAGES,
    '40×5 + 10×10 + 44×10 + 1056×40',
  ),
  row(
    'transcription',
    'openai-chat',
    {
      text: 'x',
      usage: {
        type: 'tokens',
        input_tokens: 114,
        input_token_details: { text_tokens: 14, audio_tokens: 100 },
        output_tokens: 9,
        total_tokens: 123,
      },
    },
    { input: 14, inputAudio: 100, output: 9 },
    { input: '2.5', input_audio: '6', output: '10' },
    '14×2.5 + 100×6 + 9×10',
  ),
  row(
    'realtime',
    'openai-chat',
    [
      {
        type: 'response.done',
        response: {
          usage: {
            total_tokens: 253,
            input_tokens: 132,
            output_tokens: 121,
            input_token_details: {
              text_tokens: 119,
              audio_tokens: 13,
              cached_tokens: 64,
              cached_tokens_details: { text_tokens: 64, audio_tokens: 0 },
            },
            output_token_details: { text_tokens: 30, audio_tokens: 91 },
          },
        },
      },
    ],
    { input: 55, cacheRead: 64, inputAudio: 13, output: 30, outputAudio: 91 },
    { input: '4', cache_read: '0.4', input_audio: '32', output: '16', output_audio: '64' },
    '55×4 + 64×0.4 + 13×32 + 30×16 + 91×64',
  ),
  row(
    'Azure',
    'openai-chat',
    {
      prompt_filter_results: [],
      usage: {
        prompt_tokens: 15,
        completion_tokens: 78,
        total_tokens: 93,
        completion_tokens_details: { reasoning_tokens: 64 },
      },
    },
    { input: 15, output: 14, reasoning: 64 },
    GPT,
    '15×1.25 + 14×10 + 64×10',
  ),
];

const ANTHROPIC: readonly Row[] = [
  row(
    'messages',
    'anthropic-messages',
    usage({ input_tokens: 12, output_tokens: 29 }),
    { input: 12, output: 29 },
    CLAUDE,
    '12×3 + 29×15',
  ),
  row(
    'a cache of five minutes, written',
    'anthropic-messages',
    usage({
      input_tokens: 21,
      cache_creation_input_tokens: 188086,
      cache_read_input_tokens: 0,
      cache_creation: { ephemeral_5m_input_tokens: 188086, ephemeral_1h_input_tokens: 0 },
      output_tokens: 393,
    }),
    { input: 21, cacheWrite: 188086, output: 393 },
    CLAUDE,
    '21×3 + 188086×3.75 + 393×15',
  ),
  row(
    'the same, read',
    'anthropic-messages',
    usage({
      input_tokens: 21,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 188086,
      output_tokens: 393,
    }),
    { input: 21, cacheRead: 188086, output: 393 },
    CLAUDE,
    '21×3 + 188086×0.3 + 393×15',
  ),
  row(
    'caches of both lifetimes',
    'anthropic-messages',
    usage({
      input_tokens: 2048,
      cache_read_input_tokens: 1800,
      cache_creation_input_tokens: 248,
      output_tokens: 503,
      cache_creation: { ephemeral_5m_input_tokens: 148, ephemeral_1h_input_tokens: 100 },
    }),
    { input: 2048, cacheRead: 1800, cacheWrite: 148, cacheWriteLong: 100, output: 503 },
    CLAUDE,
    '2048×3 + 1800×0.3 + 148×3.75 + 100×6 + 503×15',
  ),
  row(
    'lifetimes without their sum',
    'anthropic-messages',
    usage({
      input_tokens: 1,
      output_tokens: 1,
      cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
    }),
    { input: 1, cacheWrite: 10, cacheWriteLong: 20, output: 1 },
    CLAUDE,
    '1×3 + 10×3.75 + 20×6 + 1×15',
  ),
  row(
    'thinking, which is output',
    'anthropic-messages',
    usage({ input_tokens: 44, output_tokens: 1699, output_tokens_details: { thinking_tokens: 139 } }),
    { input: 44, output: 1560, reasoning: 139 },
    CLAUDE,
    '44×3 + 1560×15 + 139×15',
  ),
  row(
    'searches, by the piece',
    'anthropic-messages',
    usage({
      input_tokens: 105,
      output_tokens: 6039,
      cache_read_input_tokens: 7123,
      cache_creation_input_tokens: 7345,
      server_tool_use: { web_search_requests: 1 },
    }),
    { input: 105, cacheRead: 7123, cacheWrite: 7345, output: 6039, searches: 1 },
    CLAUDE,
    '105×3 + 7123×0.3 + 7345×3.75 + 6039×15 + 1×10000',
  ),
  row(
    'a stream: the end completes the start',
    'anthropic-messages',
    [
      {
        type: 'message_start',
        message: {
          usage: {
            input_tokens: 2679,
            cache_creation_input_tokens: 0,
            cache_read_input_tokens: 100,
            output_tokens: 3,
          },
        },
      },
      { type: 'message_delta', usage: { output_tokens: 510 } },
    ],
    { input: 2679, cacheRead: 100, output: 510 },
    CLAUDE,
    '2679×3 + 100×0.3 + 510×15',
  ),
  row(
    'a stream: its counts are cumulative, the last holds',
    'anthropic-messages',
    [
      { type: 'message_start', message: { usage: { input_tokens: 43, output_tokens: 1 } } },
      { type: 'message_delta', usage: { input_tokens: 50, output_tokens: 10 } },
      {
        type: 'message_delta',
        usage: { input_tokens: 61, output_tokens: 25, server_tool_use: { web_search_requests: 3 } },
      },
    ],
    { input: 61, output: 25, searches: 3 },
    CLAUDE,
    '61×3 + 25×15 + 3×10000',
  ),
  row(
    'a compaction is read and written as well; an advisor is another’s bill',
    'anthropic-messages',
    usage({
      input_tokens: 23000,
      output_tokens: 1000,
      iterations: [
        { type: 'compaction', input_tokens: 180000, output_tokens: 3500 },
        { type: 'message', input_tokens: 23000, output_tokens: 1000 },
        { type: 'advisor_message', input_tokens: 823, output_tokens: 1612 },
      ],
      cache_read_input_tokens: 0,
    }),
    { input: 203000, output: 4500 },
    CLAUDE,
    '203000×3 + 4500×15',
  ),
  row(
    'Claude on Vertex',
    'gemini',
    usage({ input_tokens: 25, output_tokens: 150, cache_read_input_tokens: 10 }),
    { input: 25, cacheRead: 10, output: 150 },
    CLAUDE,
    '25×3 + 10×0.3 + 150×15',
  ),
];

const GOOGLE: readonly Row[] = [
  row(
    'text',
    'gemini',
    gemini({ promptTokenCount: 8, candidatesTokenCount: 12, totalTokenCount: 20 }),
    { input: 8, output: 12 },
    FLASH,
    '8×0.3 + 12×2.5',
  ),
  row(
    'thoughts beside the candidates',
    'gemini',
    gemini({
      promptTokenCount: 29,
      candidatesTokenCount: 15,
      thoughtsTokenCount: 804,
      totalTokenCount: 848,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: 29 }],
    }),
    { input: 29, output: 15, reasoning: 804 },
    FLASH,
    '29×0.3 + 15×2.5 + 804×2.5',
  ),
  row(
    'thoughts among the candidates, as the total says',
    'gemini',
    gemini({
      promptTokenCount: 10,
      candidatesTokenCount: 30,
      thoughtsTokenCount: 20,
      totalTokenCount: 40,
    }),
    { input: 10, output: 10, reasoning: 20 },
    FLASH,
    '10×0.3 + 10×2.5 + 20×2.5',
  ),
  row(
    'a cached prompt',
    'gemini',
    gemini({
      promptTokenCount: 696219,
      cachedContentTokenCount: 696190,
      candidatesTokenCount: 214,
      totalTokenCount: 696433,
    }),
    { input: 29, cacheRead: 696190, output: 214 },
    FLASH,
    '29×0.3 + 696190×0.03 + 214×2.5',
  ),
  row(
    'what a tool read is read',
    'gemini',
    gemini({
      promptTokenCount: 100,
      toolUsePromptTokenCount: 1300,
      candidatesTokenCount: 40,
      totalTokenCount: 1440,
    }),
    { input: 1400, output: 40 },
    FLASH,
    '1400×0.3 + 40×2.5',
  ),
  row(
    'speech',
    'gemini',
    gemini({
      promptTokenCount: 320,
      candidatesTokenCount: 50,
      totalTokenCount: 370,
      promptTokensDetails: [
        { modality: 'AUDIO', tokenCount: 300 },
        { modality: 'TEXT', tokenCount: 20 },
      ],
    }),
    { input: 20, inputAudio: 300, output: 50 },
    FLASH,
    '20×0.3 + 300×1 + 50×2.5',
  ),
  row(
    'speech in the cache stays with it',
    'gemini',
    gemini({
      promptTokenCount: 1000,
      cachedContentTokenCount: 800,
      candidatesTokenCount: 5,
      totalTokenCount: 1005,
      promptTokensDetails: [
        { modality: 'AUDIO', tokenCount: 900 },
        { modality: 'TEXT', tokenCount: 100 },
      ],
      cacheTokensDetails: [{ modality: 'AUDIO', tokenCount: 800 }],
    }),
    { input: 100, cacheRead: 800, inputAudio: 100, output: 5 },
    FLASH,
    '100×0.3 + 800×0.03 + 100×1 + 5×2.5',
  ),
  row(
    'a picture is read; a film costs as text does',
    'gemini',
    gemini({
      promptTokenCount: 1290,
      candidatesTokenCount: 9,
      totalTokenCount: 1299,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 32 },
        { modality: 'IMAGE', tokenCount: 258 },
        { modality: 'VIDEO', tokenCount: 1000 },
      ],
    }),
    { input: 1032, inputImage: 258, output: 9 },
    { ...FLASH, input_image: '0.3' },
    '1032×0.3 + 258×0.3 + 9×2.5',
  ),
  row(
    'a picture is drawn',
    'gemini',
    gemini({
      promptTokenCount: 9,
      candidatesTokenCount: 1295,
      totalTokenCount: 1304,
      candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 1290 }],
    }),
    { input: 9, output: 5, outputImage: 1290 },
    FLASH,
    '9×0.3 + 5×2.5 + 1290×30',
  ),
  row(
    'queries of a search',
    'gemini',
    {
      candidates: [{ groundingMetadata: { webSearchQueries: ['a', 'b'] } }],
      usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 100, totalTokenCount: 109 },
    },
    { input: 9, output: 100, searches: 2 },
    FLASH,
    '9×0.3 + 100×2.5 + 2×35000',
  ),
  row(
    'a stream: counts are of all so far',
    'gemini',
    [
      gemini({ trafficType: 'ON_DEMAND' }),
      gemini({ promptTokenCount: 249, candidatesTokenCount: 20, totalTokenCount: 269 }),
      gemini({
        promptTokenCount: 249,
        candidatesTokenCount: 58,
        thoughtsTokenCount: 183,
        totalTokenCount: 490,
      }),
    ],
    { input: 249, output: 58, reasoning: 183 },
    FLASH,
    '249×0.3 + 58×2.5 + 183×2.5',
  ),
  row(
    'Vertex through OpenAI’s format',
    'gemini',
    usage({
      prompt_tokens: 10,
      completion_tokens: 5,
      total_tokens: 115,
      completion_tokens_details: { reasoning_tokens: 100 },
    }),
    { input: 10, output: 5, reasoning: 100 },
    FLASH,
    '10×0.3 + 5×2.5 + 100×2.5',
  ),
];

const BEDROCK: readonly Row[] = [
  row(
    'Converse, a cache that is read',
    'bedrock',
    usage({
      inputTokens: 2,
      outputTokens: 5,
      totalTokens: 1329,
      cacheReadInputTokens: 1322,
      cacheWriteInputTokens: 0,
    }),
    { input: 2, cacheRead: 1322, output: 5 },
    CLAUDE,
    '2×3 + 1322×0.3 + 5×15',
  ),
  row(
    'Converse, a cache of an hour among those written',
    'bedrock',
    usage({
      inputTokens: 10,
      outputTokens: 20,
      cacheWriteInputTokens: 500,
      cacheDetails: [
        { ttl: '5m', inputTokens: 200 },
        { ttl: '1h', inputTokens: 300 },
      ],
    }),
    { input: 10, cacheWrite: 200, cacheWriteLong: 300, output: 20 },
    CLAUDE,
    '10×3 + 200×3.75 + 300×6 + 20×15',
  ),
  row(
    'ConverseStream, in the metadata frame',
    'bedrock',
    awsFrames(['{"metadata":{"usage":{"inputTokens":471,"outputTokens":91,"totalTokens":562}}}']),
    { input: 471, output: 91 },
    NOVA,
    '471×0.8 + 91×3.2',
  ),
  {
    block: 'InvokeModel, in headers',
    usage: () =>
      readUsageHeaders(
        headerMap([
          ['x-amzn-bedrock-input-token-count', '68'],
          ['x-amzn-bedrock-output-token-count', '508'],
          ['x-amzn-bedrock-cache-read-input-token-count', '400'],
          ['x-amzn-bedrock-cache-write-input-token-count', '40'],
        ]),
      ),
    classes: { input: 68, cacheRead: 400, cacheWrite: 40, output: 508 },
    rates: CLAUDE,
    arithmetic: '68×3 + 400×0.3 + 40×3.75 + 508×15',
  },
  row(
    'InvokeModel, Claude',
    'bedrock',
    usage({
      input_tokens: 68,
      output_tokens: 508,
      cache_creation_input_tokens: 30,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 30 },
    }),
    { input: 68, cacheWriteLong: 30, output: 508 },
    CLAUDE,
    '68×3 + 30×6 + 508×15',
  ),
  row(
    'InvokeModel, a stream with Bedrock’s metrics',
    'bedrock',
    awsChunk({ 'amazon-bedrock-invocationMetrics': { inputTokenCount: 14, outputTokenCount: 9 } }),
    { input: 14, output: 9 },
    SMALL,
    '14×0.059 + 9×0.079',
  ),
  row(
    'InvokeModel, Nova',
    'bedrock',
    usage({ inputTokens: 100, outputTokens: 20, cacheReadInputTokenCount: 50 }),
    { input: 100, cacheRead: 50, output: 20 },
    NOVA,
    '100×0.8 + 50×0.2 + 20×3.2',
  ),
  row(
    'InvokeModel, Llama',
    'bedrock',
    { generation: 'x', prompt_token_count: 24, generation_token_count: 77 },
    { input: 24, output: 77 },
    { input: '0.72', output: '0.72' },
    '24×0.72 + 77×0.72',
  ),
  row(
    'InvokeModel, Titan',
    'bedrock',
    { inputTextTokenCount: 30, results: [{ tokenCount: 40 }] },
    { input: 30, output: 40 },
    { input: '0.2', output: '0.6' },
    '30×0.2 + 40×0.6',
  ),
];

const COHERE_ROWS: readonly Row[] = [
  row(
    'billed less than read: the rest is free',
    'cohere',
    usage({
      billed_units: { input_tokens: 119, output_tokens: 44 },
      tokens: { input_tokens: 1549, output_tokens: 95 },
    }),
    { input: 119, inputFree: 1430, output: 44, outputFree: 51 },
    COHERE,
    '119×2.5 + 44×10',
  ),
  row(
    'cached, and billed less than is fresh',
    'cohere',
    usage({
      billed_units: { input_tokens: 12, output_tokens: 7 },
      tokens: { input_tokens: 507, output_tokens: 10 },
      cached_tokens: 448,
    }),
    { input: 12, inputFree: 495, output: 7, outputFree: 3 },
    COHERE,
    '12×2.5 + 7×10',
  ),
  row(
    'nothing billed apart',
    'cohere',
    usage({ tokens: { input_tokens: 30, output_tokens: 4 } }),
    { input: 30, output: 4 },
    COHERE,
    '30×2.5 + 4×10',
  ),
  row(
    'embeddings, billed only',
    'cohere',
    { embeddings: {}, meta: { billed_units: { input_tokens: 300 } } },
    { input: 300 },
    { input: '0.12' },
    '300×0.12',
  ),
];

const OTHERS: readonly Row[] = [
  row(
    'Mistral',
    'openai-chat',
    usage({ prompt_tokens: 124, completion_tokens: 22, total_tokens: 146 }),
    { input: 124, output: 22 },
    { input: '0.1', output: '0.3' },
    '124×0.1 + 22×0.3',
  ),
  row(
    'Mistral, cached, in its own spelling',
    'openai-chat',
    usage({
      prompt_tokens: 1000,
      completion_tokens: 10,
      total_tokens: 1010,
      prompt_token_details: { cached_tokens: 640 },
      num_cached_tokens: 640,
    }),
    { input: 360, cacheRead: 640, output: 10 },
    { input: '2', cache_read: '0.2', output: '6' },
    '360×2 + 640×0.2 + 10×6',
  ),
  row(
    'DeepSeek, hits and misses',
    'openai-chat',
    usage({
      prompt_tokens: 339,
      completion_tokens: 83,
      total_tokens: 422,
      prompt_cache_hit_tokens: 320,
      prompt_cache_miss_tokens: 19,
      completion_tokens_details: { reasoning_tokens: 39 },
    }),
    { input: 19, cacheRead: 320, output: 44, reasoning: 39 },
    CHEAP,
    '19×0.27 + 320×0.07 + 44×1.1 + 39×1.1',
  ),
  row(
    'DeepSeek, the same hits in two places count once',
    'openai-chat',
    usage({
      prompt_tokens: 495,
      completion_tokens: 144,
      total_tokens: 639,
      prompt_tokens_details: { cached_tokens: 320 },
      prompt_cache_hit_tokens: 320,
      prompt_cache_miss_tokens: 175,
    }),
    { input: 175, cacheRead: 320, output: 144 },
    CHEAP,
    '175×0.27 + 320×0.07 + 144×1.1',
  ),
  row(
    'xAI, reasoning beside the completion',
    'xai-chat',
    usage({
      prompt_tokens: 12,
      completion_tokens: 1,
      total_tokens: 303,
      prompt_tokens_details: { text_tokens: 12, audio_tokens: 0, image_tokens: 0, cached_tokens: 11 },
      completion_tokens_details: { reasoning_tokens: 290, audio_tokens: 0 },
      num_sources_used: 0,
    }),
    { input: 1, cacheRead: 11, output: 1, reasoning: 290 },
    GROK,
    '1×0.2 + 11×0.05 + 1×0.5 + 290×0.5',
  ),
  row(
    'xAI, a picture and sources',
    'xai-chat',
    usage({
      prompt_tokens: 300,
      completion_tokens: 20,
      total_tokens: 320,
      prompt_tokens_details: { text_tokens: 44, image_tokens: 256, cached_tokens: 0 },
      num_sources_used: 4,
    }),
    { input: 44, inputImage: 256, output: 20, searches: 4 },
    GROK,
    '44×0.2 + 256×0.2 + 20×0.5 + 4×5000',
  ),
  row(
    'xAI’s Responses, reasoning inside, its own tools',
    'xai-chat',
    usage({
      input_tokens: 216,
      input_tokens_details: { cached_tokens: 192 },
      output_tokens: 923,
      output_tokens_details: { reasoning_tokens: 901 },
      total_tokens: 1139,
      num_sources_used: 9,
      server_side_tool_usage_details: { web_search_calls: 2, x_search_calls: 1 },
    }),
    { input: 24, cacheRead: 192, output: 22, reasoning: 901, searches: 3 },
    GROK,
    '24×0.2 + 192×0.05 + 22×0.5 + 901×0.5 + 3×5000',
  ),
  row(
    'Groq, in its own field',
    'openai-chat',
    [
      {
        choices: [],
        x_groq: { id: 'r', usage: { prompt_tokens: 210, completion_tokens: 15, total_tokens: 225 } },
      },
    ],
    { input: 210, output: 15 },
    SMALL,
    '210×0.059 + 15×0.079',
  ),
  row(
    'Groq, said twice, counted once',
    'openai-chat',
    [
      {
        choices: [],
        usage: { prompt_tokens: 210, completion_tokens: 15, total_tokens: 225, queue_time: 0.1 },
        x_groq: { usage: { prompt_tokens: 210, completion_tokens: 15, total_tokens: 225 } },
      },
    ],
    { input: 210, output: 15 },
    SMALL,
    '210×0.059 + 15×0.079',
  ),
  row(
    'Perplexity, a fee for the request',
    'openai-chat',
    usage({
      prompt_tokens: 11,
      completion_tokens: 434,
      total_tokens: 445,
      search_context_size: 'low',
      cost: { total_cost: 0.005 },
    }),
    { input: 11, output: 434 },
    SONAR,
    '11×1 + 434×1 + 1×5000',
  ),
  row(
    'Perplexity’s deep research: citations are read, reasoning stands beside',
    'openai-chat',
    usage({
      prompt_tokens: 33,
      completion_tokens: 7163,
      total_tokens: 7196,
      citation_tokens: 20016,
      num_search_queries: 18,
      reasoning_tokens: 73997,
    }),
    { input: 20049, output: 7163, reasoning: 73997, searches: 18 },
    DEEP,
    '20049×2 + 7163×8 + 73997×3 + 18×5000',
  ),
  row(
    'OpenRouter, which says what it took',
    'openai-chat',
    usage({
      prompt_tokens: 194,
      completion_tokens: 2,
      total_tokens: 196,
      cost: 0.95,
      cost_details: { upstream_inference_cost: 19 },
      prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 100, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0, image_tokens: 0 },
    }),
    { input: 94, cacheWrite: 100, output: 2 },
    CLAUDE,
    '94×3 + 100×3.75 + 2×15',
  ),
  row(
    'OpenRouter, a picture drawn',
    'openai-chat',
    usage({
      prompt_tokens: 8,
      completion_tokens: 1300,
      total_tokens: 1308,
      completion_tokens_details: { reasoning_tokens: 0, image_tokens: 1290 },
    }),
    { input: 8, output: 10, outputImage: 1290 },
    FLASH,
    '8×0.3 + 10×2.5 + 1290×30',
  ),
  row(
    'Workers AI, in its envelope',
    'openai-chat',
    {
      success: true,
      result: { response: 'x', usage: { prompt_tokens: 20, completion_tokens: 65, total_tokens: 85 } },
    },
    { input: 20, output: 65 },
    { input: '0.045', output: '0.384' },
    '20×0.045 + 65×0.384',
  ),
  row(
    'Together',
    'openai-chat',
    usage({ prompt_tokens: 1048, completion_tokens: 130, total_tokens: 1178, cached_tokens: 0 }),
    { input: 1048, output: 130 },
    { input: '0.88', output: '0.88' },
    '1048×0.88 + 130×0.88',
  ),
  row(
    'Cerebras',
    'openai-chat',
    usage({
      prompt_tokens: 433,
      completion_tokens: 122,
      total_tokens: 555,
      prompt_tokens_details: { cached_tokens: 256 },
      completion_tokens_details: { reasoning_tokens: 108 },
    }),
    { input: 177, cacheRead: 256, output: 14, reasoning: 108 },
    { input: '2.25', output: '2.75' },
    '177×2.25 + 256×2.25 + 14×2.75 + 108×2.75',
  ),
  row(
    'Fireworks, cumulative on every chunk',
    'openai-chat',
    [
      { choices: [], usage: { prompt_tokens: 50, completion_tokens: 1, total_tokens: 51 } },
      {
        choices: [],
        usage: {
          prompt_tokens: 50,
          completion_tokens: 30,
          total_tokens: 80,
          prompt_tokens_details: { cached_tokens: 32 },
        },
      },
    ],
    { input: 18, cacheRead: 32, output: 30 },
    { input: '0.9', cache_read: '0.45', output: '0.9' },
    '18×0.9 + 32×0.45 + 30×0.9',
  ),
  row(
    'Hugging Face, a flat cache',
    'openai-chat',
    usage({ prompt_tokens: 404, completion_tokens: 197, total_tokens: 601, cached_tokens: 400 }),
    { input: 4, cacheRead: 400, output: 197 },
    CHEAP,
    '4×0.27 + 400×0.07 + 197×1.1',
  ),
  row(
    'Baseten',
    'openai-chat',
    usage({
      prompt_tokens: 61,
      completion_tokens: 7,
      total_tokens: 68,
      prompt_tokens_details: null,
      completion_tokens_details: null,
    }),
    { input: 61, output: 7 },
    SMALL,
    '61×0.059 + 7×0.079',
  ),
];

const ALL: ReadonlyArray<readonly [string, readonly Row[]]> = [
  ['OpenAI', OPENAI],
  ['Anthropic', ANTHROPIC],
  ['Google', GOOGLE],
  ['Bedrock', BEDROCK],
  ['Cohere', COHERE_ROWS],
  ['others', OTHERS],
];

const SCALE = 12;

/** `86×1.25 + 300×10` in 10^-12 micro-dollars: in whole numbers, whatever the decimals. */
function evaluated(arithmetic: string): bigint {
  return arithmetic
    .split(' + ')
    .map((product) => product.split('×').map(fixed))
    .reduce((sum, [count = 0n, rate = 0n]) => sum + (count * rate) / 10n ** BigInt(SCALE), 0n);
}

function fixed(decimal: string): bigint {
  const [whole = '', fraction = ''] = decimal.split('.');
  return BigInt(whole + fraction.padEnd(SCALE, '0'));
}

describe.each(ALL)('%s: what a usage block costs', (_who, rows) => {
  test.each(rows.map((it) => [it.block, it] as const))(
    '%s',
    (_block, { usage, classes, rates, arithmetic }) => {
      const read = usage();
      expect(read).toEqual({ ...NONE, ...classes });
      const tariff = overrideTariff({ provider: 'any', model: '*', rates });
      const exact = read && tariff && exactCost(tariff, read);
      expect(exact).toBe(evaluated(arithmetic));
      expect(roundToMicros(attodollars(exact ?? 0n))).toBe(roundToMicros(attodollars(evaluated(arithmetic))));
    },
  );
});

test('there are sixty and more of them', () => {
  expect(ALL.flatMap(([, rows]) => rows).length).toBeGreaterThanOrEqual(60);
});
