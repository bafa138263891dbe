import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isFault } from '../form/fault.ts';
import { findProvider, findProviderByModelPrefix } from '../providers/registry.ts';
import { canServe } from './can-serve.ts';
import { allModels, authors, findModel, findServed, listModels, searchModels, tasks } from './catalogue.ts';
import { pinnedTarget } from './pin.ts';
import { modelSchema } from './schema.ts';

describe('the data', () => {
  test('every model is of a provider of the registry, and its id leads there', () => {
    for (const { id, provider, model } of allModels()) {
      expect(findProvider(provider)?.slug).toBe(provider);
      if (provider === 'workers-ai') expect(id).toMatch(/^@cf\/[^/]+\/[^/]+$/);
      else {
        const [prefix = '', ...rest] = id.split('/');
        expect(findProviderByModelPrefix(prefix)?.slug).toBe(provider);
        expect(rest.join('/')).toBe(model);
      }
    }
  });

  test('no model stands in it twice', () => {
    const ids = allModels().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('numbers and days are what they claim to be', () => {
    for (const { id, context, maxOutput, released, input, output } of allModels()) {
      for (const count of [context, maxOutput]) if (count !== null) expect(count).toBeGreaterThan(0);
      if (released !== null) expect(`${id} ${released}`).toMatch(/ \d{4}-\d{2}-\d{2}$/);
      expect(input.length * output.length).toBeGreaterThan(0);
    }
  });

  test.each([
    'openai/gpt-5.5',
    'anthropic/claude-sonnet-5',
    'google/gemini-3.5-flash',
    'xai/grok-4.3',
    'deepseek/deepseek-v4-pro',
    'mistral/mistral-large-latest',
    'cohere/command-a-03-2025',
    'groq/openai/gpt-oss-120b',
    'cerebras/gpt-oss-120b',
    'perplexity/sonar-pro',
    'aws-bedrock/amazon.nova-pro-v1:0',
    '@cf/moonshotai/kimi-k2.6',
    '@cf/openai/gpt-oss-120b',
    '@cf/meta/llama-3.3-70b-instruct-fp8-fast',
    '@cf/baai/bge-m3',
  ])('%s is in it', (id) => {
    expect(findModel(id)?.id).toBe(id);
  });
});

describe('finding a model', () => {
  test.each([
    ['grok/grok-4.3', 'xai/grok-4.3'],
    ['google-ai-studio/gemini-2.5-pro', 'google/gemini-2.5-pro'],
    ['perplexity-ai/sonar', 'perplexity/sonar'],
    ['GPT-5.5', 'openai/gpt-5.5'],
    ['openai/gpt-5.5-2026-04-23', 'openai/gpt-5.5'],
    ['workers-ai/@cf/openai/gpt-oss-20b', '@cf/openai/gpt-oss-20b'],
    ['aws-bedrock/eu-west-1/eu.amazon.nova-pro-v1:0', 'aws-bedrock/amazon.nova-pro-v1:0'],
    [
      'global.anthropic.claude-sonnet-4-5-20250929-v1:0',
      'aws-bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    ],
  ])('%s is %s', (name, id) => {
    expect(findModel(name)?.id).toBe(id);
  });

  test.each([[''], ['openai/gpt-99'], ['openai/gpt-oss-120b'], ['@cf/nobody/nothing'], ['constructor']])(
    '"%s" is not known',
    (name) => {
      expect(findModel(name)).toBeNull();
    },
  );

  test('by the provider that serves it', () => {
    expect(findServed('groq', 'openai/gpt-oss-120b')).toMatchObject({ provider: 'groq' });
    expect(findServed('workers-ai', '@cf/openai/gpt-oss-120b')).toMatchObject({ provider: 'workers-ai' });
    expect(findServed('openai', 'grok-4.3')).toBeNull();
  });
});

describe('searching', () => {
  const query = { page: 1, perPage: 20, hideExperimental: false, includeDeprecated: false };

  test('page after page gives every model once, and then nothing', () => {
    const seen: string[] = [];
    for (let page = 1; ; page += 1) {
      const { items, total } = searchModels({ ...query, page });
      if (items.length === 0) {
        expect(seen).toHaveLength(total);
        break;
      }
      seen.push(...items.map(({ id }) => id));
    }
    expect(seen).toEqual(listModels().map(({ id }) => id));
  });

  test('each filter holds', () => {
    const all = (some: object) => searchModels({ ...query, perPage: 1000, ...some }).items;
    expect(all({ search: 'KIMI' }).map(({ id }) => id)).toContain('@cf/moonshotai/kimi-k2.6');
    expect(all({ task: 'text embeddings' }).every(({ task }) => task === 'Text Embeddings')).toBe(true);
    expect(all({ author: 'anthropic' }).map(({ provider }) => provider)).toEqual(
      expect.arrayContaining(['anthropic', 'aws-bedrock']),
    );
    expect(all({ source: 1 }).every(({ id }) => id.startsWith('@cf/'))).toBe(true);
    expect(all({ hideExperimental: true }).some(({ isExperimental }) => isExperimental)).toBe(false);
    expect(all({}).some(({ isDeprecated }) => isDeprecated)).toBe(false);
    expect(all({ includeDeprecated: true }).some(({ isDeprecated }) => isDeprecated)).toBe(true);
  });

  test('authors and tasks are those of the models', () => {
    expect(authors()).toEqual(expect.arrayContaining(['openai', 'anthropic', 'moonshotai', 'baai', 'xai']));
    expect(tasks()).toEqual(expect.arrayContaining(['Text Generation', 'Text Embeddings']));
  });
});

describe('what cannot work is said early', () => {
  test.each([
    ['openai/text-embedding-3-small', { endpoint: 'chat' }, /embeddings and does not chat/],
    ['@cf/baai/bge-m3', { endpoint: 'chat' }, /embeddings/],
    ['openai/gpt-image-1', { endpoint: 'chat' }, /makes images/],
    ['openai/gpt-5.5', { endpoint: 'embeddings' }, /makes no embeddings/],
    ['deepseek/deepseek-v4-pro', { endpoint: 'chat', images: true }, /reads text only/],
    ['perplexity/sonar-deep-research', { endpoint: 'chat', tools: true }, /cannot call tools/],
    ['openai/gpt-4', { endpoint: 'chat', inputTokens: 8000, maxTokens: 1000 }, /room for 8192 tokens/],
  ] as const)('%s, %j', (model, need, sentence) => {
    expect(canServe(model, need)).toMatch(sentence);
  });

  test.each([
    ['openai/gpt-99', { endpoint: 'chat', images: true, tools: true }],
    ['custom-mine/anything', { endpoint: 'embeddings' }],
    ['openai/gpt-4', { endpoint: 'chat', tools: true, inputTokens: 8000, maxTokens: 192 }],
    // A listing that others contradict, and names that move.
    ['openai/gpt-3.5-turbo', { endpoint: 'chat', tools: true }],
    ['mistral/magistral-medium-latest', { endpoint: 'chat', images: true }],
    // Prompt and answer have rooms of their own, or the room may be made larger.
    ['google/gemini-2.5-flash', { endpoint: 'chat', inputTokens: 1_048_000, maxTokens: 65_000 }],
    ['anthropic/claude-sonnet-4-5', { endpoint: 'chat', inputTokens: 400_000 }],
    ['@cf/meta/llama-guard-3-8b', { endpoint: 'chat' }],
  ] as const)('%s may be asked for %j', (model, need) => {
    expect(canServe(model, need)).toBeNull();
  });
});

describe('a pinned provider', () => {
  test.each([
    ['moonshotai/kimi-k2.6', 'cloudflare', 'workers-ai', '@cf/moonshotai/kimi-k2.6'],
    ['moonshotai/kimi-k9', 'workers-ai', 'workers-ai', '@cf/moonshotai/kimi-k9'],
    ['@cf/openai/gpt-oss-20b', 'Cloudflare', 'workers-ai', '@cf/openai/gpt-oss-20b'],
    [
      'meta-llama/llama-3.3-70b-instruct',
      'cloudflare',
      'workers-ai',
      '@cf/meta/llama-3.3-70b-instruct-fp8-fast',
    ],
    ['meta-llama/llama-3.3-70b-instruct', 'groq', 'groq', 'llama-3.3-70b-versatile'],
    ['openai/gpt-oss-120b', 'groq', 'groq', 'openai/gpt-oss-120b'],
    ['openai/gpt-oss-120b', 'cerebras', 'cerebras', 'gpt-oss-120b'],
    ['gpt-oss-120b', 'cloudflare', 'workers-ai', '@cf/openai/gpt-oss-120b'],
    ['openai/gpt-5.5', 'openai', 'openai', 'gpt-5.5'],
    ['openai/gpt-4o-2099-01-01', 'openai', 'openai', 'gpt-4o-2099-01-01'],
    ['xai/grok-4.3', 'grok', 'grok', 'grok-4.3'],
    ['xai/grok-4.3', 'xai', 'grok', 'grok-4.3'],
    ['google/gemini-2.5-pro', 'google', 'google-ai-studio', 'gemini-2.5-pro'],
    ['google/gemini-2.5-pro', 'vertex', 'google-vertex-ai', 'google/gemini-2.5-pro'],
    ['anthropic/claude-sonnet-4.5', 'bedrock', 'aws-bedrock', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'],
    ['anthropic/claude-sonnet-4-5', 'anthropic', 'anthropic', 'claude-sonnet-4-5'],
    ['anthropic/claude-sonnet-4.5', 'openrouter', 'openrouter', 'anthropic/claude-sonnet-4.5'],
    ['anything/else', 'custom-mine', 'custom-mine', 'anything/else'],
  ])('%s by %s is %s: %s', (model, provider, slug, native) => {
    expect(pinnedTarget(model, provider)).toEqual({ provider: slug, model: native });
  });

  test('that does not exist is named', () => {
    const pinned = pinnedTarget('openai/gpt-5.5', 'nobody');
    expect(isFault(pinned) && pinned).toMatchObject({
      path: ['provider'],
      message: expect.stringContaining('nobody'),
    });
  });

  test('any names are taken without a throw', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.oneof(fc.string(), fc.constantFrom('cloudflare', 'groq', 'bedrock', '__proto__', 'constructor')),
        (model, by) => {
          const pinned = pinnedTarget(model, by);
          expect(typeof (isFault(pinned) ? pinned.message : pinned.model)).toBe('string');
          expect(() => findModel(model)).not.toThrow();
        },
      ),
    );
  });
});

describe('schemas', () => {
  test('every model has one for what it takes and what it gives', () => {
    for (const { id } of allModels())
      expect(modelSchema(id)).toMatchObject({ input: { type: 'object' }, output: {} });
  });

  test('they say what the model can', () => {
    const properties = (name: string) => Object.keys(modelSchema(name)?.input.properties ?? {});
    expect(properties('openai/gpt-5.5')).toEqual(
      expect.arrayContaining(['messages', 'tools', 'reasoning_effort']),
    );
    expect(properties('@cf/meta/llama-guard-3-8b')).not.toContain('tools');
    expect(properties('@cf/baai/bge-m3')).toEqual(['text']);
    expect(properties('openai/text-embedding-3-small')).toContain('dimensions');
    expect(modelSchema('nobody/nothing')).toBeNull();
  });
});
