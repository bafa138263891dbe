import { anthropicTranslation } from '../providers/anthropic/translation.ts';
import { awsBedrockTranslation } from '../providers/aws-bedrock/translation.ts';
import { azureOpenaiTranslation } from '../providers/azure-openai/translation.ts';
import { basetenTranslation } from '../providers/baseten/translation.ts';
import { cerebrasTranslation } from '../providers/cerebras/translation.ts';
import { cohereTranslation } from '../providers/cohere/translation.ts';
import { deepseekTranslation } from '../providers/deepseek/translation.ts';
import { demoTranslation } from '../providers/demo/translation.ts';
import { fireworksTranslation } from '../providers/fireworks/translation.ts';
import { googleAiStudioTranslation } from '../providers/google-ai-studio/translation.ts';
import { googleVertexAiTranslation } from '../providers/google-vertex-ai/translation.ts';
import { grokTranslation } from '../providers/grok/translation.ts';
import { groqTranslation } from '../providers/groq/translation.ts';
import { huggingfaceTranslation } from '../providers/huggingface/translation.ts';
import { mistralTranslation } from '../providers/mistral/translation.ts';
import { openaiTranslation } from '../providers/openai/translation.ts';
import { openrouterTranslation } from '../providers/openrouter/translation.ts';
import { parallelTranslation } from '../providers/parallel/translation.ts';
import { perplexityAiTranslation } from '../providers/perplexity-ai/translation.ts';
import type { ProviderTranslation } from '../providers/provider-translation.ts';
import { togetherTranslation } from '../providers/together/translation.ts';
import { workersAiTranslation } from '../providers/workers-ai/translation.ts';

const ALL: readonly ProviderTranslation[] = [
  anthropicTranslation,
  awsBedrockTranslation,
  azureOpenaiTranslation,
  basetenTranslation,
  cerebrasTranslation,
  cohereTranslation,
  deepseekTranslation,
  demoTranslation,
  fireworksTranslation,
  googleAiStudioTranslation,
  googleVertexAiTranslation,
  grokTranslation,
  groqTranslation,
  huggingfaceTranslation,
  mistralTranslation,
  openaiTranslation,
  openrouterTranslation,
  parallelTranslation,
  perplexityAiTranslation,
  togetherTranslation,
  workersAiTranslation,
];

/** How each provider is spoken to, by slug. */
export const PROVIDER_TRANSLATIONS: ReadonlyMap<string, ProviderTranslation> = new Map(
  ALL.map((translation) => [translation.slug, translation]),
);
