import { fault } from '../../form/fault.ts';
import { isJson, listAt, numberAt } from '../../form/json.ts';
import { type HeaderMap, header } from '../../http/header-map.ts';
import { bedrockAddress, bedrockPath } from '../bedrock-address.ts';
import { cohereBody, cohereVectors, type Encode, fixedLength, given, oneAtATime, unused } from './call.ts';

/** Through InvokeModel: each family has its own words. */
export const bedrock: Encode = (request, model) => {
  const { model: id } = bedrockAddress(model);
  if (/cohere\.embed/.test(id)) return bedrockCohere(request, model);
  if (/amazon\.titan-embed/.test(id)) return titan(request, model);
  if (/amazon\.nova-2-multimodal-embeddings/.test(id)) return nova(request, model);
  return fault(
    ['model'],
    `The model "${id.slice(0, 128)}" of Amazon Bedrock makes no embeddings that this endpoint can read. Choose one of Titan's, Nova's or Cohere's.`,
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
  if (texts.length > 1) return oneAtATime(model);
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

/** docs.aws.amazon.com/nova/latest/userguide/embeddings-schema.html */
const nova: Encode = ({ texts, dimensions, purpose, truncate }, model) => {
  const [text = ''] = texts;
  if (texts.length > 1) return oneAtATime(model);
  return {
    path: bedrockPath(model, 'invoke'),
    body: {
      taskType: 'SINGLE_EMBEDDING',
      singleEmbeddingParams: given({
        embeddingPurpose: purpose?.toUpperCase() ?? 'GENERIC_INDEX',
        embeddingDimension: dimensions,
        text: { truncationMode: truncate?.toUpperCase() ?? 'NONE', value: text },
      }),
    },
    dropped: [],
    read: (answer, headers) => ({
      vectors: listAt(answer, 'embeddings').map((it) => (isJson(it) ? it.embedding : null)),
      tokens: numberAt(answer, 'inputTextTokenCount') ?? countedTokens(headers),
    }),
  };
};
