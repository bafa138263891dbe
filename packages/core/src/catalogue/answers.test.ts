import { describe, expect, test } from '@jest/globals';
import type { Json } from '../form/json.ts';
import {
  anthropicModelList,
  authorSearch,
  modelCard,
  modelList,
  modelSearch,
  schemaAnswer,
  taskSearch,
} from './answers.ts';

const search = (query = '') => modelSearch(new URLSearchParams(query));
const items = (body: Json) => body.result as Json[];

describe('lists for SDKs', () => {
  test('OpenAI’s', () => {
    const { object, data } = modelList() as { object: string; data: Json[] };
    expect(object).toBe('list');
    expect(data.find(({ id }) => id === 'openai/gpt-5.5')).toEqual({
      id: 'openai/gpt-5.5',
      object: 'model',
      created: 1776902400,
      owned_by: 'openai',
    });
  });

  test('one model', () => {
    expect(modelCard('gpt-5.5')).toMatchObject({ id: 'openai/gpt-5.5' });
    expect(modelCard('nothing')).toBeNull();
  });

  test('Anthropic’s', () => {
    const { data, has_more, first_id } = anthropicModelList() as {
      data: Json[];
      has_more: boolean;
      first_id: string;
    };
    expect(has_more).toBe(false);
    expect(first_id).toBe(data[0]?.id);
    expect(data).toContainEqual({
      type: 'model',
      id: 'anthropic/claude-sonnet-5',
      display_name: 'Claude Sonnet 5',
      created_at: '2026-06-30T00:00:00Z',
    });
  });
});

describe('searches', () => {
  test('a page has its place and the whole count', () => {
    expect(search('page=2&per_page=5')).toMatchObject({
      success: true,
      errors: [],
      messages: [],
      result_info: { page: 2, per_page: 5, count: 5 },
    });
    expect(items(search('page=2&per_page=5'))).toHaveLength(5);
  });

  test('past the end a page is empty, not wrong', () => {
    const body = search('page=9999');
    expect(body).toMatchObject({ result: [], result_info: { count: 0 } });
  });

  test.each([['page=0'], ['page=x&per_page=-1'], ['per_page=1e9'], ['page=1.5']])(
    '%s is put right',
    (query) => {
      expect(items(search(query)).length).toBeGreaterThan(0);
    },
  );

  test('a model as Workers AI lists it', () => {
    expect(items(search('search=kimi-k2.6'))).toMatchObject([
      {
        source: 1,
        name: '@cf/moonshotai/kimi-k2.6',
        task: { name: 'Text Generation', id: expect.stringMatching(/^[0-9a-f]{8}-/) },
        properties: expect.arrayContaining([
          { property_id: 'context_window', value: '262144' },
          { property_id: 'function_calling', value: 'true' },
          { property_id: 'vision', value: 'true' },
        ]),
      },
    ]);
  });

  test('OpenRouter’s format is one whole list', () => {
    const { data } = search('format=openrouter&author=openai&per_page=1') as { data: Json[] };
    expect(data.length).toBeGreaterThan(20);
    expect(data.find(({ id }) => id === 'openai/gpt-5.5')).toMatchObject({
      context_length: 1_050_000,
      architecture: { modality: 'text+image+file->text', input_modalities: ['text', 'image', 'file'] },
      top_provider: { max_completion_tokens: 128_000 },
      supported_parameters: expect.arrayContaining(['tools', 'response_format', 'reasoning']),
    });
  });

  test('authors and tasks', () => {
    expect(items(authorSearch(new URLSearchParams())).map(({ name }) => name)).toContain('moonshotai');
    expect(items(authorSearch(new URLSearchParams('search=moon'))).map(({ name }) => name)).toEqual([
      'moonshotai',
    ]);
    expect(items(taskSearch(new URLSearchParams())).map(({ name }) => name)).toContain('Text Embeddings');
    expect(items(taskSearch(new URLSearchParams('page=2')))).toEqual([]);
  });

  test('a schema by its model', () => {
    expect(schemaAnswer(new URLSearchParams('model=@cf/openai/gpt-oss-20b'))).toMatchObject({
      success: true,
      result: { input: { type: 'object' }, output: { type: 'object' } },
    });
    expect(schemaAnswer(new URLSearchParams('model=nothing'))).toBeNull();
    expect(schemaAnswer(new URLSearchParams())).toBeNull();
  });
});
