import { fault } from '../../form/fault.ts';
import { child, isJson, listAt, numberAt } from '../../form/json.ts';
import { bedrock } from './bedrock.ts';
import { cohereBody, cohereVectors, type Encode, fixedLength, given, oneAtATime, unused } from './call.ts';

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

/** On Vertex the model's name is its whole path (spec/providers 1). */
const VERTEX = /^projects\/[^/]+\/locations\/[^/]+\/publishers\/google\/models\/([^/]+)$/;

const vertex: Encode = ({ texts, dimensions, purpose, truncate }, model) => {
  const [, name = ''] = VERTEX.exec(model) ?? [];
  if (name === '')
    return fault(
      ['model'],
      'A model of Vertex AI is named as "projects/{project}/locations/{location}/publishers/google/models/{model}".',
    );
  if (name.startsWith('gemini-') && texts.length > 1) return oneAtATime(name);
  const parameters = given({
    outputDimensionality: dimensions,
    autoTruncate: truncate === undefined ? undefined : truncate.toUpperCase() !== 'NONE',
  });
  return {
    path: `v1/${model.split('/').map(encodeURIComponent).join('/')}:predict`,
    body: {
      instances: texts.map((content) => given({ content, task_type: purpose?.toUpperCase() })),
      ...(Object.keys(parameters).length > 0 ? { parameters } : {}),
    },
    dropped: [],
    read(answer) {
      const found = listAt(answer, 'predictions').map((it) => (isJson(it) ? child(it, 'embeddings') : null));
      const counts = found.map((it) => numberAt(child(it, 'statistics'), 'token_count') ?? 0);
      return {
        vectors: found.map((it) => it?.values),
        tokens: counts.reduce((total, count) => total + count, 0),
      };
    },
  };
};

const cohere: Encode = (request, model) => ({
  path: 'v2/embed',
  body: { model, ...cohereBody(request), ...given({ output_dimension: request.dimensions }) },
  dropped: [],
  read: (answer) => ({
    vectors: cohereVectors(answer),
    tokens: numberAt(child(child(answer, 'meta'), 'billed_units'), 'input_tokens'),
  }),
});

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
  ['google-vertex-ai', vertex],
  ['cohere', cohere],
  ['aws-bedrock', bedrock],
  ['workers-ai', workersAi],
]);
