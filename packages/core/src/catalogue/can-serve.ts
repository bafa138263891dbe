import { findModel } from './catalogue.ts';
import type { CatalogueModel } from './model.ts';

/** What a request asks of its model, as far as it is plain to see. */
export interface ModelNeed {
  readonly endpoint: 'chat' | 'embeddings';
  readonly images?: boolean;
  readonly tools?: boolean;
  /** Tokens of the prompt that are certain: too few rather than too many. */
  readonly inputTokens?: number;
  readonly maxTokens?: number;
}

/**
 * A sentence for the caller when the catalogue knows that the model cannot do it; null when it can, or nobody knows.
 * Models that are not in the catalogue pass.
 */
export function canServe(model: string | CatalogueModel, need: ModelNeed): string | null {
  const known = typeof model === 'string' ? findModel(model) : model;
  return known && (wrongEndpoint(known, need) ?? missing(known, need) ?? tooLong(known, need));
}

const MAKES: Readonly<Partial<Record<CatalogueModel['task'], string>>> = {
  'Text Embeddings': 'embeddings',
  'Text-to-Image': 'images',
  'Text-to-Video': 'videos',
  'Text-to-Speech': 'speech',
  'Automatic Speech Recognition': 'transcripts',
};

function wrongEndpoint({ id, task }: CatalogueModel, { endpoint }: ModelNeed): string | null {
  const makes = MAKES[task];
  if (endpoint === 'chat' && makes === 'embeddings')
    return `The model "${id}" makes embeddings and does not chat. Ask for them at /embeddings, or choose a model that writes text.`;
  if (endpoint === 'chat' && makes !== undefined)
    return `The model "${id}" makes ${makes} and does not chat. Choose a model that writes text.`;
  if (endpoint === 'embeddings' && task !== 'Text Embeddings')
    return `The model "${id}" makes no embeddings. Choose an embedding model.`;
  return null;
}

function missing(model: CatalogueModel, { images, tools }: ModelNeed): string | null {
  if (images && model.surelyNoImages)
    return `The model "${model.id}" reads text only and cannot be sent images. Leave them out, or choose a model that sees.`;
  if (tools && model.surelyNoTools)
    return `The model "${model.id}" cannot call tools. Leave out "tools", or choose a model that can.`;
  return null;
}

/** With a beta header these read five times as much. */
const MAY_GROW = /claude-sonnet-4-(?:0|5|2)/;

function tooLong(
  model: CatalogueModel,
  { inputTokens = 0, maxTokens: longest = 0 }: ModelNeed,
): string | null {
  const { id, context, provider } = model;
  // Google counts prompt and answer apart.
  const maxTokens = provider === 'google-ai-studio' ? 0 : longest;
  const asked = inputTokens + maxTokens;
  if (MAY_GROW.test(id)) return null;
  if (context === null || asked <= context) return null;
  const parts = [
    ...(inputTokens > 0 ? [`the prompt has at least ${inputTokens}`] : []),
    ...(maxTokens > 0 ? [`the answer may have ${maxTokens}`] : []),
  ];
  return `The model "${id}" has room for ${context} tokens, and ${parts.join(' and ')}. Ask for less, or choose a model with a larger context.`;
}
