import { type Fault, fault } from '../../form/fault.ts';
import { child, isJson, type Json, listAt, numberAt } from '../../form/json.ts';
import { type HeaderMap, header } from '../../http/header-map.ts';
import { bedrockAddress, bedrockPath } from '../bedrock-address.ts';
import type { Vectors } from './answer.ts';
import type { EmbeddingsRequest } from './request.ts';

/** A request in a provider's own words, and how its answer is read. */
export interface EmbeddingsCall {
  readonly path: string;
  readonly body: Json;
  /** The client's names of what it has no field for. */
  readonly dropped: readonly string[];
  read(answer: Json, headers: HeaderMap | null): Vectors;
}

type Encode = (request: EmbeddingsRequest, model: string) => EmbeddingsCall | Fault;

const given = (values: Readonly<Record<string, unknown>>): Json =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/** What is set among these, by the client's name. */
const unused = (values: Readonly<Record<string, unknown>>): string[] => Object.keys(given(values));

const fixedLength = (name: string): Fault =>
  fault(['dimensions'], `Vectors of the model "${name}" have one length only. Leave out "dimensions".`);

const google: Encode = ({ texts, dimensions, purpose, truncate }, model) => {
  const name = model.replace(/^models\//, '');
  const settings = given({ outputDimensionality: dimensions, taskType: purpose?.toUpperCase() });
  return {
    path: `v1beta/models/${name}:batchEmbedContents`,
    body: {
      requests: texts.map((text) => ({
        model: `models/${name}`,
        content: { parts: [{ text }] },
        ...settings,
      })),
    },
    dropped: unused({ truncate }),
    read: (answer) => ({
      vectors: listAt(answer, 'embeddings').map((it) => (isJson(it) ? it.values : null)),
      tokens: numberAt(child(answer, 'usageMetadata'), 'promptTokenCount'),
    }),
  };
};

/** Cohere wants to know what the vectors are for; texts that are stored is what most callers embed. */
const cohereBody = ({ texts, purpose, truncate }: EmbeddingsRequest): Json =>
  given({
    texts,
    input_type: purpose?.toLowerCase() ?? 'search_document',
    truncate: truncate?.toUpperCase(),
    embedding_types: ['float'],
  });

/** By type where types were asked for, else a plain list; Bedrock gives both. */
function cohereVectors(answer: Json): readonly unknown[] {
  const typed = child(answer, 'embeddings');
  return typed ? listAt(typed, 'float') : listAt(answer, 'embeddings');
}

const cohere: Encode = (request, model) => ({
  path: 'v2/embed',
  body: { model, ...cohereBody(request), ...given({ output_dimension: request.dimensions }) },
  dropped: [],
  read: (answer) => ({
    vectors: cohereVectors(answer),
    tokens: numberAt(child(child(answer, 'meta'), 'billed_units'), 'input_tokens'),
  }),
});

const bedrock: Encode = (request, model) => {
  const { model: id } = bedrockAddress(model);
  if (/cohere\.embed/.test(id)) return bedrockCohere(request, model);
  if (/amazon\.titan-embed/.test(id)) return titan(request, model);
  return fault(
    ['model'],
    `The model "${id.slice(0, 128)}" of Amazon Bedrock makes no embeddings that this endpoint can read. Choose one of Titan's or Cohere's.`,
  );
};

/** Bedrock tells it beside every answer of InvokeModel. */
function countedTokens(headers: HeaderMap | null): number | null {
  const count = Number((headers && header(headers, 'x-amzn-bedrock-input-token-count')) ?? Number.NaN);
  return Number.isInteger(count) ? count : null;
}

const bedrockCohere: Encode = (request, model) => {
  const hasLengths = /embed-v4/.test(model);
  if (request.dimensions !== undefined && !hasLengths) return fixedLength(model);
  return {
    path: bedrockPath(model, 'invoke'),
    body: { ...cohereBody(request), ...given({ output_dimension: request.dimensions }) },
    dropped: [],
    read: (answer, headers) => ({ vectors: cohereVectors(answer), tokens: countedTokens(headers) }),
  };
};

const titan: Encode = ({ texts, dimensions, purpose, truncate }, model) => {
  const [text = ''] = texts;
  if (texts.length > 1)
    return fault(
      ['input'],
      `The model "${model}" embeds one text at a time. Send each in a request of its own.`,
    );
  if (dimensions !== undefined && !/titan-embed-text-v2/.test(model)) return fixedLength(model);
  return {
    path: bedrockPath(model, 'invoke'),
    body: given({ inputText: text, dimensions }),
    dropped: unused({ input_type: purpose, truncate }),
    read: (answer, headers) => ({
      vectors: [answer.embedding],
      tokens: numberAt(answer, 'inputTextTokenCount') ?? countedTokens(headers),
    }),
  };
};

/** The slashes of a model's name stay (spec/providers 1). */
const workersAi: Encode = ({ texts, dimensions, purpose, truncate }, model) => {
  if (dimensions !== undefined) return fixedLength(model);
  return {
    path: `run/${model}`,
    body: { text: texts },
    dropped: unused({ input_type: purpose, truncate }),
    read(answer) {
      const result = child(answer, 'result') ?? answer;
      return { vectors: listAt(result, 'data'), tokens: numberAt(child(result, 'usage'), 'prompt_tokens') };
    },
  };
};

/** Those whose embeddings have another format than OpenAI's, by slug. */
export const EMBEDDERS: ReadonlyMap<string, Encode> = new Map([
  ['google-ai-studio', google],
  ['cohere', cohere],
  ['aws-bedrock', bedrock],
  ['workers-ai', workersAi],
]);
