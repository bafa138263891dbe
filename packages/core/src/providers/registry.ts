import { anthropic } from './anthropic/descriptor.ts';
import { awsBedrock } from './aws-bedrock/descriptor.ts';
import { azureOpenai } from './azure-openai/descriptor.ts';
import { baseten } from './baseten/descriptor.ts';
import { cartesia } from './cartesia/descriptor.ts';
import { cerebras } from './cerebras/descriptor.ts';
import { cohere } from './cohere/descriptor.ts';
import { deepgram } from './deepgram/descriptor.ts';
import { deepseek } from './deepseek/descriptor.ts';
import { demo } from './demo/descriptor.ts';
import type { ProviderDescriptor } from './descriptor.ts';
import { elevenlabs } from './elevenlabs/descriptor.ts';
import { fal } from './fal/descriptor.ts';
import { fireworks } from './fireworks/descriptor.ts';
import { googleAiStudio } from './google-ai-studio/descriptor.ts';
import { googleVertexAi } from './google-vertex-ai/descriptor.ts';
import { grok } from './grok/descriptor.ts';
import { groq } from './groq/descriptor.ts';
import { huggingface } from './huggingface/descriptor.ts';
import { ideogram } from './ideogram/descriptor.ts';
import { mistral } from './mistral/descriptor.ts';
import { openai } from './openai/descriptor.ts';
import { openrouter } from './openrouter/descriptor.ts';
import { parallel } from './parallel/descriptor.ts';
import { perplexityAi } from './perplexity-ai/descriptor.ts';
import { replicate } from './replicate/descriptor.ts';
import { together } from './together/descriptor.ts';
import { workersAi } from './workers-ai/descriptor.ts';

/** Every provider of the gateway, in the order of spec/api 7. */
export const PROVIDERS: readonly ProviderDescriptor[] = [
  openai,
  anthropic,
  googleAiStudio,
  googleVertexAi,
  awsBedrock,
  azureOpenai,
  workersAi,
  grok,
  groq,
  mistral,
  cohere,
  deepseek,
  cerebras,
  perplexityAi,
  openrouter,
  together,
  fireworks,
  baseten,
  parallel,
  huggingface,
  replicate,
  fal,
  ideogram,
  cartesia,
  deepgram,
  elevenlabs,
  demo,
];

const byPath = new Map(
  PROVIDERS.flatMap((it) => [it.slug, ...it.aliases].map((name): [string, ProviderDescriptor] => [name, it])),
);
const byModelPrefix = new Map(
  PROVIDERS.flatMap((it) =>
    it.compatPrefixes.length + it.authors.length === 0
      ? []
      : [it.slug, ...it.compatPrefixes, ...it.authors].map((name): [string, ProviderDescriptor] => [
          name,
          it,
        ]),
  ),
);

/** By path slug or alias, in any case. */
export const findProvider = (name: string): ProviderDescriptor | null =>
  byPath.get(name.toLowerCase()) ?? null;

/** By what stands before the first slash of a unified `model`: a `/compat` prefix or an API-host author, in any case. */
export const findProviderByModelPrefix = (prefix: string): ProviderDescriptor | null =>
  byModelPrefix.get(prefix.toLowerCase()) ?? null;
