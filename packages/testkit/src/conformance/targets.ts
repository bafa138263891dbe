import type { Need } from './features.ts';

/** A provider and the models of it that the cases ask. */
export interface Target {
  readonly slug: string;
  readonly title: string;
  /** As the unified endpoints name it; what follows the first slash goes to the provider. */
  readonly model: string;
  /** One that thinks, where it is another. */
  readonly reasoningModel?: string;
  /** What the provider's models do not do, and why. */
  readonly lacks: Readonly<Partial<Record<Need | 'reasoning', string>>>;
  /** Chat's `stream_options` is refused by it; it reports usage without being asked. */
  readonly refusesStreamOptions?: boolean;
}

const TEXT_ONLY = 'its chat models take no images';

const target = (
  slug: string,
  title: string,
  model: string,
  more: Partial<Omit<Target, 'slug' | 'title' | 'model'>> = {},
): Target => ({ slug, title, model, lacks: {}, ...more });

const PERPLEXITY_TOOLS = 'it takes no tools';

/** Every provider with models for the unified endpoints. */
export const TARGETS: readonly Target[] = [
  target('openai', 'OpenAI', 'openai/gpt-4.1', { reasoningModel: 'openai/gpt-5-mini' }),
  target('azure-openai', 'Azure', 'azure-openai/gpt-4.1', { reasoningModel: 'azure-openai/gpt-5-mini' }),
  target('anthropic', 'Anthropic', 'anthropic/claude-sonnet-4-5'),
  target('google-ai-studio', 'Gemini', 'google-ai-studio/gemini-2.5-flash'),
  target(
    'google-vertex-ai',
    'Vertex',
    'google-vertex-ai/projects/p/locations/europe-west4/publishers/google/models/gemini-2.5-flash',
  ),
  target('aws-bedrock', 'Bedrock', 'aws-bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0'),
  target('cohere', 'Cohere', 'cohere/command-a-03-2025', {
    reasoningModel: 'cohere/command-a-reasoning-08-2025',
  }),
  target('workers-ai', 'Workers AI', 'workers-ai/@cf/meta/llama-4-scout-17b-16e-instruct'),
  target('grok', 'xAI', 'grok/grok-4'),
  target('groq', 'Groq', 'groq/qwen/qwen3-32b'),
  target('mistral', 'Mistral', 'mistral/mistral-small-latest', {
    reasoningModel: 'mistral/magistral-small-latest',
    refusesStreamOptions: true,
  }),
  target('deepseek', 'DeepSeek', 'deepseek/deepseek-chat', {
    reasoningModel: 'deepseek/deepseek-reasoner',
    lacks: { images: TEXT_ONLY },
  }),
  target('cerebras', 'Cerebras', 'cerebras/gpt-oss-120b', { lacks: { images: TEXT_ONLY } }),
  target('perplexity-ai', 'Perplexity', 'perplexity/sonar', {
    lacks: { tools: PERPLEXITY_TOOLS, 'forced-tool': PERPLEXITY_TOOLS },
    refusesStreamOptions: true,
  }),
  target('openrouter', 'OpenRouter', 'openrouter/openai/gpt-4.1', {
    reasoningModel: 'openrouter/deepseek/deepseek-r1',
  }),
  target('together', 'Together', 'together/Qwen/Qwen3-235B-A22B'),
  target('fireworks', 'Fireworks', 'fireworks/accounts/fireworks/models/qwen3-235b-a22b'),
  target('baseten', 'Baseten', 'baseten/deepseek-ai/DeepSeek-V3.1'),
  target('parallel', 'Parallel', 'parallel/speed'),
  target('huggingface', 'HuggingFace', 'huggingface/meta-llama/Llama-3.3-70B-Instruct'),
];
