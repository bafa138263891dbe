import type { Wire, WireRequest } from './wire.ts';
import { messagesWire } from './wires/anthropic-messages/index.ts';
import { cohereWire } from './wires/cohere/index.ts';
import { MODEL_PATH } from './wires/converse/hear.ts';
import { converseWire } from './wires/converse/index.ts';
import { geminiWire } from './wires/gemini/index.ts';
import { invokeWire } from './wires/invoke.ts';
import {
  AZURE_TRAITS,
  BASETEN_TRAITS,
  CEREBRAS_TRAITS,
  type ChatTraits,
  chatWire,
  DEEPSEEK_TRAITS,
  FIREWORKS_TRAITS,
  GROQ_TRAITS,
  HUGGINGFACE_TRAITS,
  MISTRAL_TRAITS,
  OPENAI_TRAITS,
  OPENROUTER_TRAITS,
  PARALLEL_TRAITS,
  PERPLEXITY_TRAITS,
  TOGETHER_TRAITS,
  WORKERS_AI_TRAITS,
  XAI_TRAITS,
} from './wires/openai-chat/index.ts';
import { responsesWire } from './wires/openai-responses/index.ts';
import { workersAiWire } from './wires/workers-ai.ts';

/** A provider by what it listens to. */
export interface SimulatedProvider {
  readonly slug: string;
  /** Where a key may stand. */
  readonly keyHeaders: readonly string[];
  /** What speaks at a path beneath the base URL; null: nothing. */
  wireAt(request: Pick<WireRequest, 'path'>): Wire | null;
  /** Speaks for errors where no wire is at the path. */
  readonly nativeWire: Wire;
}

const BEARER = ['authorization'];

const at = (pattern: RegExp, wire: Wire) => ({ pattern, wire });

function provider(
  slug: string,
  keyHeaders: readonly string[],
  [native, ...others]: readonly [ReturnType<typeof at>, ...ReturnType<typeof at>[]],
): SimulatedProvider {
  return {
    slug,
    keyHeaders,
    nativeWire: native.wire,
    wireAt: ({ path }) => [native, ...others].find(({ pattern }) => pattern.test(path))?.wire ?? null,
  };
}

/** Chat, and what else the provider serves. */
const compatible = (
  slug: string,
  traits: ChatTraits,
  ...others: readonly ReturnType<typeof at>[]
): SimulatedProvider => provider(slug, BEARER, [at(traits.path, chatWire(traits)), ...others]);

export const SIMULATED_PROVIDERS: readonly SimulatedProvider[] = [
  compatible('openai', OPENAI_TRAITS, at(/^\/responses$/, responsesWire)),
  provider(
    'azure-openai',
    ['api-key', 'authorization'],
    [at(AZURE_TRAITS.path, chatWire(AZURE_TRAITS)), at(/\/responses$/, responsesWire)],
  ),
  provider('anthropic', ['x-api-key', 'authorization'], [at(/^\/v1\/messages$/, messagesWire)]),
  provider('google-ai-studio', ['x-goog-api-key'], [at(/^\/v1(?:beta)?\//, geminiWire)]),
  provider('google-vertex-ai', ['authorization', 'x-goog-api-key'], [at(/^\/v1(?:beta1)?\//, geminiWire)]),
  provider(
    'aws-bedrock',
    ['authorization'],
    [at(/\/converse(?:-stream)?$/, converseWire), at(MODEL_PATH, invokeWire)],
  ),
  provider('workers-ai', BEARER, [
    at(/^\/run\//, workersAiWire),
    at(WORKERS_AI_TRAITS.path, chatWire(WORKERS_AI_TRAITS)),
    at(/^\/v1\/responses$/, responsesWire),
  ]),
  compatible('grok', XAI_TRAITS, at(/^\/responses$/, responsesWire), at(/^\/v1\/messages$/, messagesWire)),
  compatible('groq', GROQ_TRAITS),
  compatible('mistral', MISTRAL_TRAITS),
  provider('cohere', BEARER, [at(/^\/v2\/chat$/, cohereWire)]),
  compatible('deepseek', DEEPSEEK_TRAITS, at(/^\/responses$/, responsesWire)),
  compatible('cerebras', CEREBRAS_TRAITS),
  compatible('perplexity-ai', PERPLEXITY_TRAITS),
  compatible(
    'openrouter',
    OPENROUTER_TRAITS,
    at(/^\/responses$/, responsesWire),
    at(/^(?:\/v1)?\/messages$/, messagesWire),
  ),
  compatible('together', TOGETHER_TRAITS, at(/^\/responses$/, responsesWire)),
  compatible('fireworks', FIREWORKS_TRAITS),
  compatible('baseten', BASETEN_TRAITS),
  provider('parallel', ['x-api-key', 'authorization'], [at(PARALLEL_TRAITS.path, chatWire(PARALLEL_TRAITS))]),
  compatible('huggingface', HUGGINGFACE_TRAITS),
];
