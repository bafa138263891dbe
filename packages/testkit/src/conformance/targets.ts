import type { Need } from './features.ts';

/** A provider and the models of it that the cases ask. */
export interface Target {
  readonly slug: string;
  readonly title: string;
  /** As the unified endpoints name it; what follows the first slash goes to the provider. */
  readonly model: string;
  /** One that thinks, where it is another. */
  readonly reasoningModel?: string;
  /** One that sees, where it is another. */
  readonly visionModel?: string;
  /** What the provider's models do not do, and why. */
  readonly lacks: Readonly<Partial<Record<Need | 'reasoning', string>>>;
  /** By feature: what fails at the provider itself when its own bytes pass through, and why. */
  readonly asItIs?: Readonly<Record<string, string>>;
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

const NO_TOOLS = 'it takes no tools';

/** Every provider with models for the unified endpoints. */
export const TARGETS: readonly Target[] = [
  target('openai', 'OpenAI', 'openai/gpt-4.1', { reasoningModel: 'openai/gpt-5-mini' }),
  // Answers on Responses alone.
  target('openai', 'OpenAI o3-pro', 'openai/o3-pro'),
  target('azure-openai', 'Azure', 'azure-openai/contoso/gpt-4.1', {
    reasoningModel: 'azure-openai/contoso/gpt-5-mini',
  }),
  target('anthropic', 'Anthropic', 'anthropic/claude-sonnet-4-6'),
  target('google-ai-studio', 'Gemini', 'google-ai-studio/gemini-2.5-flash'),
  target(
    'google-vertex-ai',
    'Vertex',
    'google-vertex-ai/projects/p/locations/europe-west4/publishers/google/models/gemini-2.5-flash',
  ),
  target('aws-bedrock', 'Bedrock', 'aws-bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0'),
  target('aws-bedrock', 'Bedrock Nova', 'aws-bedrock/amazon.nova-pro-v1:0', {
    reasoningModel: 'aws-bedrock/amazon.nova-2-lite-v1:0',
  }),
  target('cohere', 'Cohere', 'cohere/command-a-03-2025', {
    reasoningModel: 'cohere/command-a-reasoning-08-2025',
    visionModel: 'cohere/command-a-vision-07-2025',
  }),
  target('workers-ai', 'Workers AI', 'workers-ai/@cf/meta/llama-4-scout-17b-16e-instruct'),
  target('grok', 'xAI', 'grok/grok-4'),
  target('groq', 'Groq', 'groq/qwen/qwen3-32b', {
    visionModel: 'groq/meta-llama/llama-4-scout-17b-16e-instruct',
  }),
  target('mistral', 'Mistral', 'mistral/mistral-small-latest', {
    refusesStreamOptions: true,
    asItIs: {
      'tool result': 'it refuses the call ids of other providers',
      ...Object.fromEntries(
        ['tools', 'parallel tools', 'forced tool', 'call without arguments', 'thoughts sent back'].map(
          (feature) => [feature, 'OpenAI’s SDK does not read its streamed calls, which have no index'],
        ),
      ),
    },
  }),
  target('deepseek', 'DeepSeek', 'deepseek/deepseek-chat', {
    reasoningModel: 'deepseek/deepseek-reasoner',
    lacks: { images: TEXT_ONLY },
    asItIs: { 'structured output': 'it takes no schema' },
  }),
  target('cerebras', 'Cerebras', 'cerebras/gpt-oss-120b', { lacks: { images: TEXT_ONLY } }),
  target('perplexity-ai', 'Perplexity', 'perplexity/sonar', {
    lacks: { tools: NO_TOOLS, 'forced-tool': NO_TOOLS },
    refusesStreamOptions: true,
    reasoningModel: 'perplexity/sonar-deep-research',
  }),
  target('openrouter', 'OpenRouter', 'openrouter/openai/gpt-4.1', {
    reasoningModel: 'openrouter/deepseek/deepseek-r1',
  }),
  target('together', 'Together', 'together/Qwen/Qwen3-235B-A22B'),
  target('fireworks', 'Fireworks', 'fireworks/accounts/fireworks/models/qwen3-235b-a22b'),
  target('baseten', 'Baseten', 'baseten/deepseek-ai/DeepSeek-V3.1'),
  target('parallel', 'Parallel', 'parallel/speed', {
    lacks: {
      tools: NO_TOOLS,
      'forced-tool': NO_TOOLS,
      images: TEXT_ONLY,
      reasoning: 'its models are not told how much to think',
    },
  }),
  target('huggingface', 'HuggingFace', 'huggingface/meta-llama/Llama-3.3-70B-Instruct'),
];
