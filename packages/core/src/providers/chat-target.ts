import { isRefusal, Refusal } from '../errors/refusal.ts';
import { type BaseUrls, baseOf } from './base-urls.ts';
import type { ProviderDescriptor } from './descriptor.ts';
import { findProviderByModelPrefix } from './registry.ts';
import { joinUrl } from './upstream-path.ts';

export interface ModelTarget {
  readonly provider: ProviderDescriptor;
  /** The model's name as the provider knows it. */
  readonly model: string;
}

/**
 * Splits a unified `model` (spec/api 5.9) at its first slash: what follows may hold more of them. The prefixes of
 * `/compat` and the authors of the API host are both taken on both surfaces; no name means two providers (a test holds
 * that). `@cf/…` and `@hf/…` are Workers AI models without a prefix.
 */
export function splitModel(name: string): ModelTarget | Refusal {
  if (name.startsWith('@cf/') || name.startsWith('@hf/')) {
    const provider = findProviderByModelPrefix('workers-ai');
    if (provider) return { provider, model: name };
  }
  const slash = name.indexOf('/');
  if (slash <= 0 || slash === name.length - 1)
    return new Refusal('invalidRequest', {
      message: '"model" must be "provider/model", for example "openai/gpt-5-mini".',
      path: ['body', 'model'],
    });
  const provider = findProviderByModelPrefix(name.slice(0, slash));
  if (!provider)
    return new Refusal('unknownProvider', {
      message: 'The part of "model" before the first slash names no provider of this gateway.',
      path: ['body', 'model'],
    });
  return { provider, model: name.slice(slash + 1) };
}

/**
 * The URL of the provider's OpenAI chat completions endpoint.
 *
 * Several providers that are marked `translated` also run a partly compatible endpoint of their own (Anthropic, Google,
 * Cohere, Bedrock, Vertex). It is not used: those ignore parameters in silence and lose cache control, thinking and
 * citations, and the contract asks for our translation (spec/api 5.9-3).
 */
export function chatTarget(provider: ProviderDescriptor, baseUrls: BaseUrls): string | Refusal {
  const { chat } = provider;
  switch (chat.kind) {
    case 'none':
      return new Refusal('notTranslated', {
        message: `${provider.name} has no chat models. Use its native endpoint.`,
      });
    case 'translated':
      return new Refusal('notTranslated');
    case 'openai': {
      const base = baseOf(provider, baseUrls);
      if (isRefusal(base)) return base;
      const url = joinUrl(base.overridden ? base.baseUrl : (chat.baseUrl ?? base.baseUrl), chat.path);
      if (url.includes('{'))
        return new Refusal('notTranslated', {
          message: `The host of ${provider.name} is part of its native path. Use its native endpoint.`,
        });
      return url;
    }
  }
}
