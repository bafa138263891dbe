import type { Json } from '../form/json.ts';
import { findModel } from './catalogue.ts';
import type { CatalogueModel } from './model.ts';

/** JSON Schemas of what a model takes at `/ai/run` and gives. Null: not in the catalogue. */
export function modelSchema(name: string): { readonly input: Json; readonly output: Json } | null {
  const model = findModel(name);
  if (!model) return null;
  switch (model.task) {
    case 'Text Generation':
    case 'Text Classification':
      return { input: chatInput(model), output: chatOutput(model) };
    case 'Text Embeddings':
      return model.provider === 'workers-ai'
        ? { input: cloudflareEmbeddingInput, output: cloudflareEmbeddingOutput }
        : { input: embeddingInput, output: embeddingOutput };
    case 'Automatic Speech Recognition':
      return { input: binary('Audio, as bytes or base64.'), output: object({ text: text() }, ['text']) };
    case 'Text-to-Image':
    case 'Text-to-Video':
    case 'Text-to-Speech':
      return {
        input: object({ prompt: text('What to make.') }, ['prompt']),
        output: { type: 'string', format: 'binary' },
      };
  }
}

const text = (description?: string): Json => ({ type: 'string', ...(description ? { description } : {}) });
const number = (description?: string): Json => ({ type: 'number', ...(description ? { description } : {}) });
const list = (items: Json): Json => ({ type: 'array', items });
const object = (properties: Json, required: readonly string[] = []): Json => ({
  type: 'object',
  properties,
  ...(required.length > 0 ? { required } : {}),
});
const binary = (description: string): Json => object({ audio: { type: 'string', description } }, ['audio']);

function chatInput(model: CatalogueModel): Json {
  return object(
    {
      messages: {
        ...list(
          object(
            {
              role: { type: 'string', enum: ['system', 'user', 'assistant', 'tool'] },
              content: contentOf(model),
            },
            ['role'],
          ),
        ),
        minItems: 1,
      },
      max_tokens: {
        type: 'integer',
        minimum: 1,
        ...(model.maxOutput === null ? {} : { maximum: model.maxOutput }),
      },
      ...(model.temperature
        ? { temperature: { type: 'number', minimum: 0, maximum: 2 }, top_p: number() }
        : {}),
      stop: { oneOf: [text(), list(text())] },
      stream: { type: 'boolean', default: false },
      ...(model.tools ? { tools: list(functionTool), tool_choice: {} } : {}),
      ...(model.structuredOutput ? { response_format: responseFormat } : {}),
      ...(model.reasoning ? { reasoning_effort: { type: 'string' } } : {}),
    },
    ['messages'],
  );
}

function contentOf({ input }: CatalogueModel): Json {
  const parts = [
    object({ type: { const: 'text' }, text: text() }, ['type', 'text']),
    ...(input.includes('image')
      ? [
          object({ type: { const: 'image_url' }, image_url: object({ url: text() }, ['url']) }, [
            'type',
            'image_url',
          ]),
        ]
      : []),
    ...(input.includes('audio')
      ? [
          object(
            {
              type: { const: 'input_audio' },
              input_audio: object({ data: text(), format: text() }, ['data']),
            },
            ['type', 'input_audio'],
          ),
        ]
      : []),
    ...(input.includes('pdf')
      ? [
          object({ type: { const: 'file' }, file: object({ file_data: text(), filename: text() }) }, [
            'type',
            'file',
          ]),
        ]
      : []),
  ];
  return { oneOf: [text(), list({ oneOf: parts })] };
}

const functionTool = object(
  {
    type: { const: 'function' },
    function: object({ name: text(), description: text(), parameters: { type: 'object' } }, ['name']),
  },
  ['type', 'function'],
);

const responseFormat = object(
  {
    type: { type: 'string', enum: ['text', 'json_object', 'json_schema'] },
    json_schema: { type: 'object' },
  },
  ['type'],
);

function chatOutput({ tools }: CatalogueModel): Json {
  const message = object({
    role: { const: 'assistant' },
    content: { type: ['string', 'null'] },
    ...(tools ? { tool_calls: list({ type: 'object' }) } : {}),
  });
  return object({
    id: text(),
    object: { const: 'chat.completion' },
    created: { type: 'integer' },
    model: text(),
    choices: list(object({ index: { type: 'integer' }, message, finish_reason: text() })),
    usage: object({
      prompt_tokens: { type: 'integer' },
      completion_tokens: { type: 'integer' },
      total_tokens: { type: 'integer' },
    }),
  });
}

const embeddingInput = object(
  {
    input: { oneOf: [text(), list(text())] },
    encoding_format: { type: 'string', enum: ['float', 'base64'], default: 'float' },
    dimensions: { type: 'integer', minimum: 1 },
  },
  ['input'],
);
const embeddingOutput = object({
  object: { const: 'list' },
  data: list(
    object({
      object: { const: 'embedding' },
      index: { type: 'integer' },
      embedding: { oneOf: [list(number()), text('Little-endian 32-bit floats in base64.')] },
    }),
  ),
  model: text(),
  usage: object({ prompt_tokens: { type: 'integer' }, total_tokens: { type: 'integer' } }),
});
const cloudflareEmbeddingInput = object({ text: { oneOf: [text(), list(text())] } }, ['text']);
const cloudflareEmbeddingOutput = object({
  shape: list({ type: 'integer' }),
  data: list(list(number())),
  pooling: text(),
});
