import { PROVIDERS } from '@weir/core';

/** Where a vendor's own SDK reads its key from another variable than the slug's. */
const VENDOR_NAMES: Readonly<Record<string, readonly string[]>> = {
  'aws-bedrock': ['AWS_BEARER_TOKEN_BEDROCK'],
  cohere: ['CO_API_KEY'],
  fal: ['FAL_KEY'],
  'google-ai-studio': ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
  grok: ['XAI_API_KEY'],
  huggingface: ['HF_TOKEN'],
  'perplexity-ai': ['PERPLEXITY_API_KEY'],
  replicate: ['REPLICATE_API_TOKEN'],
};

/**
 * The provider keys of an environment, by slug: `<SLUG>_API_KEY`, or the name that the vendor's own SDK reads.
 * @returns what the platform secret holds: `{"openai": "sk-…"}`.
 */
export function platformKeys(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    PROVIDERS.flatMap(({ slug }) => {
      const names = [`${slug.replaceAll('-', '_').toUpperCase()}_API_KEY`, ...(VENDOR_NAMES[slug] ?? [])];
      const key = names.map((name) => environment[name]).find((value) => value !== undefined && value !== '');
      return key === undefined ? [] : [[slug, key]];
    }),
  );
}
