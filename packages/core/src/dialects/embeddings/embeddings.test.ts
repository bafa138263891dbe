import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isFault } from '../../form/fault.ts';
import { isJson, type Json } from '../../form/json.ts';
import { headerMap } from '../../http/header-map.ts';
import { type TranslatedEmbeddings, translateEmbeddings } from './index.ts';
import { EMBEDDERS } from './providers.ts';

const TITAN = 'amazon.titan-embed-text-v2:0';
const NOVA = 'amazon.nova-2-multimodal-embeddings-v1:0';
const MODELS: Readonly<Record<string, string>> = {
  'google-ai-studio': 'gemini-embedding-001',
  'google-vertex-ai': 'projects/p/locations/l/publishers/google/models/text-embedding-005',
  cohere: 'embed-v4.0',
  'aws-bedrock': TITAN,
  'workers-ai': '@cf/baai/bge-m3',
};

function translate(body: Json, provider: string, model = MODELS[provider] ?? ''): TranslatedEmbeddings {
  const translated = translateEmbeddings(body, provider, model);
  if (translated === null || isFault(translated)) throw new Error(translated?.message ?? 'no translation');
  return translated;
}

function refusal(body: Json, provider: string, model = MODELS[provider] ?? '') {
  const translated = translateEmbeddings(body, provider, model);
  if (!isFault(translated)) throw new Error('it was not refused');
  return translated;
}

describe('each provider’s own words', () => {
  test('Google: one request for each text', () => {
    const { path, body } = translate({ input: ['a', 'b'], dimensions: 256 }, 'google-ai-studio');
    expect(path).toBe('v1beta/models/gemini-embedding-001:batchEmbedContents');
    expect(body).toEqual({
      requests: ['a', 'b'].map((text) => ({
        model: 'models/gemini-embedding-001',
        content: { parts: [{ text }] },
        outputDimensionality: 256,
      })),
    });
  });

  test('Cohere: with what the vectors are for', () => {
    const { path, body } = translate({ input: 'a', dimensions: 512 }, 'cohere');
    expect(path).toBe('v2/embed');
    expect(body).toEqual({
      model: 'embed-v4.0',
      texts: ['a'],
      input_type: 'search_document',
      embedding_types: ['float'],
      output_dimension: 512,
    });
    expect(translate({ input: 'a', input_type: 'search_query' }, 'cohere').body).toMatchObject({
      input_type: 'search_query',
    });
  });

  test('Titan on Bedrock: one text', () => {
    const { path, body } = translate({ input: ['a'], dimensions: 512 }, 'aws-bedrock', `eu-west-1/${TITAN}`);
    expect(path).toBe('bedrock-runtime/eu-west-1/model/amazon.titan-embed-text-v2%3A0/invoke');
    expect(body).toEqual({ inputText: 'a', dimensions: 512 });
  });

  test('Cohere on Bedrock: the path names the model', () => {
    const { path, body } = translate({ input: ['a', 'b'] }, 'aws-bedrock', 'cohere.embed-english-v3');
    expect(path).toBe('bedrock-runtime/us-east-1/model/cohere.embed-english-v3/invoke');
    expect(body).toEqual({
      texts: ['a', 'b'],
      input_type: 'search_document',
      embedding_types: ['float'],
    });
  });

  test('Nova on Bedrock: one text, cut nowhere unless asked', () => {
    const { path, body } = translate({ input: 'a', dimensions: 384 }, 'aws-bedrock', NOVA);
    expect(path).toBe('bedrock-runtime/us-east-1/model/amazon.nova-2-multimodal-embeddings-v1%3A0/invoke');
    expect(body).toEqual({
      taskType: 'SINGLE_EMBEDDING',
      singleEmbeddingParams: {
        embeddingPurpose: 'GENERIC_INDEX',
        embeddingDimension: 384,
        text: { truncationMode: 'NONE', value: 'a' },
      },
    });
  });

  test('Vertex: the model is a path', () => {
    const asked = { input: ['a', 'b'], dimensions: 256, task_type: 'RETRIEVAL_QUERY', truncate: 'none' };
    const { path, body } = translate(asked, 'google-vertex-ai');
    expect(path).toBe('v1/projects/p/locations/l/publishers/google/models/text-embedding-005:predict');
    expect(body).toEqual({
      instances: ['a', 'b'].map((content) => ({ content, task_type: 'RETRIEVAL_QUERY' })),
      parameters: { outputDimensionality: 256, autoTruncate: false },
    });
  });

  test('Workers AI: the slashes of the name stay', () => {
    const { path, body } = translate({ input: ['a', 'b'] }, 'workers-ai');
    expect(path).toBe('run/@cf/baai/bge-m3');
    expect(body).toEqual({ text: ['a', 'b'] });
  });

  test('providers that speak OpenAI’s need none', () => {
    expect(translateEmbeddings({ input: 'a' }, 'openai', 'text-embedding-3-small')).toBeNull();
  });
});

describe('answers', () => {
  const vectors = [
    [1, -0.5],
    [0.25, 2],
  ];
  const answers: readonly (readonly [provider: string, model: string, answer: Json, tokens: number])[] = [
    [
      'google-ai-studio',
      'gemini-embedding-001',
      { embeddings: vectors.map((values) => ({ values })), usageMetadata: { promptTokenCount: 4 } },
      4,
    ],
    [
      'cohere',
      'embed-v4.0',
      { id: 'x', embeddings: { float: vectors }, meta: { billed_units: { input_tokens: 3 } } },
      3,
    ],
    [
      'aws-bedrock',
      'cohere.embed-english-v3',
      { embeddings: vectors, response_type: 'embeddings_floats' },
      9,
    ],
    [
      'google-vertex-ai',
      'projects/p/locations/l/publishers/google/models/text-embedding-005',
      { predictions: vectors.map((values) => ({ embeddings: { values, statistics: { token_count: 2 } } })) },
      4,
    ],
    ['aws-bedrock', 'us.cohere.embed-v4:0', { embeddings: { float: vectors } }, 9],
    [
      'workers-ai',
      '@cf/baai/bge-m3',
      { result: { shape: [2, 2], data: vectors, pooling: 'cls' }, success: true, errors: [] },
      0,
    ],
  ];
  const headers = headerMap([['x-amzn-bedrock-input-token-count', '9']]);

  test.each(answers)('of %s, %s, are OpenAI’s', (provider, model, answer, tokens) => {
    const { decode } = translate({ input: ['a', 'b'], model: 'as-named' }, provider, model);
    expect(decode(answer, headers)).toEqual({
      object: 'list',
      data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })),
      model: 'as-named',
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    });
  });

  test('Titan’s', () => {
    const { decode } = translate({ input: 'a' }, 'aws-bedrock');
    expect(decode({ embedding: [1, 2], inputTextTokenCount: 5 })).toMatchObject({
      data: [{ embedding: [1, 2] }],
      model: TITAN,
      usage: { prompt_tokens: 5, total_tokens: 5 },
    });
  });

  test('Nova’s', () => {
    const { decode } = translate({ input: 'a' }, 'aws-bedrock', NOVA);
    expect(decode({ embeddings: [{ embeddingType: 'TEXT', embedding: [1, 2] }] }, headers)).toMatchObject({
      data: [{ embedding: [1, 2] }],
      usage: { prompt_tokens: 9, total_tokens: 9 },
    });
  });

  test('base64 is 32-bit floats, little end first, as OpenAI’s client reads them', () => {
    const { decode } = translate({ input: ['a', 'b'], encoding_format: 'base64' }, 'workers-ai');
    const answer = decode({ result: { data: vectors } }) as { data: { embedding: string }[] };
    const read = answer.data.map(({ embedding }) => {
      const bytes = new Uint8Array(Buffer.from(embedding, 'base64'));
      return [...new Float32Array(bytes.buffer)];
    });
    expect(read).toEqual(vectors);
  });

  test.each<[string, Json, string]>([
    [
      'an error with a good status',
      { success: false, errors: [{ code: 3036, message: 'quota' }] },
      'rate-limit',
    ],
    ['fewer vectors than texts', { result: { data: [[1]] } }, 'upstream'],
    ['vectors that are none', { result: { data: [[1], ['x']] } }, 'upstream'],
    ['nothing', {}, 'upstream'],
  ])('%s is no answer', (_, answer, className) => {
    const { decode } = translate({ input: ['a', 'b'] }, 'workers-ai');
    expect(decode(answer)).toMatchObject({ kind: 'error', class: className });
  });
});

describe('what cannot be said', () => {
  test.each<[string, Json, string, string | undefined, readonly string[]]>([
    ['tokens', { input: [1, 2] }, 'cohere', undefined, ['input']],
    ['lists of tokens', { input: [[1], [2]] }, 'google-ai-studio', undefined, ['input']],
    ['no input', {}, 'cohere', undefined, ['input']],
    ['an empty list', { input: [] }, 'cohere', undefined, ['input']],
    ['a number', { input: 7 }, 'cohere', undefined, ['input']],
    ['an object among texts', { input: ['a', {}] }, 'cohere', undefined, ['input', '1']],
    ['null among texts', { input: ['a', null] }, 'cohere', undefined, ['input', '1']],
    ['an unknown encoding', { input: 'a', encoding_format: 'hex' }, 'cohere', undefined, ['encoding_format']],
    ['half a dimension', { input: 'a', dimensions: 1.5 }, 'cohere', undefined, ['dimensions']],
    ['lengths where there is one', { input: 'a', dimensions: 64 }, 'workers-ai', undefined, ['dimensions']],
    [
      'lengths of older Cohere',
      { input: 'a', dimensions: 64 },
      'aws-bedrock',
      'cohere.embed-english-v3',
      ['dimensions'],
    ],
    [
      'lengths of older Titan',
      { input: 'a', dimensions: 64 },
      'aws-bedrock',
      'amazon.titan-embed-text-v1',
      ['dimensions'],
    ],
    ['several texts for Titan', { input: ['a', 'b'] }, 'aws-bedrock', undefined, ['input']],
    ['several texts for Nova', { input: ['a', 'b'] }, 'aws-bedrock', NOVA, ['input']],
    ['a Vertex model without its path', { input: 'a' }, 'google-vertex-ai', 'text-embedding-005', ['model']],
    ['a model that chats', { input: 'a' }, 'aws-bedrock', 'amazon.nova-pro-v1:0', ['model']],
  ])('%s is refused by name', (_, body, provider, model, path) => {
    expect(refusal(body, provider, model).path).toEqual(path);
  });

  test('what only tunes is left out and named; null is absence', () => {
    const body = { input: 'a', user: 'u', foo: 1, truncate: 'END', bar: null, dimensions: null };
    expect(translate(body, 'workers-ai').dropped).toEqual(['user', 'foo', 'truncate']);
    expect(translate(body, 'cohere')).toMatchObject({ dropped: ['user', 'foo'], body: { truncate: 'END' } });
  });
});

test('whatever is asked and answered, nothing is thrown', () => {
  const field = fc.oneof(fc.jsonValue(), fc.string(), fc.array(fc.string()));
  const body = fc.record(
    { input: field, encoding_format: field, dimensions: field, model: field, input_type: field },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(body, fc.constantFrom(...EMBEDDERS.keys()), fc.jsonValue(), (asked, provider, answer) => {
      const translated = translateEmbeddings(asked, provider, MODELS[provider] ?? '');
      if (translated === null || isFault(translated)) return;
      expect(isJson(translated.decode(answer))).toBe(true);
    }),
  );
});
