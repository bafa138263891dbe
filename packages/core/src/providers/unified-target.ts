import type { AccountSnapshot } from '../account/account-snapshot.ts';
import { findCustomProvider } from '../account/custom-descriptor.ts';
import { isRefusal, Refusal } from '../errors/refusal.ts';
import { type BaseUrls, baseOf } from './base-urls.ts';
import type { KeyPlace } from './credential/credential.ts';
import type { ProviderDescriptor, UnifiedFormat } from './descriptor.ts';
import { findProviderByModelPrefix } from './registry.ts';
import { fillBase, joinUrl } from './upstream-path.ts';

export interface ModelTarget {
  readonly provider: ProviderDescriptor;
  /** The model's name as the provider knows it. */
  readonly model: string;
}

/**
 * Splits a unified `model` (spec/api 5.9) at its first slash: what follows may hold more of them. The prefixes of
 * `/compat` and the authors of the API host are both taken on both surfaces; no name means two providers (a test holds
 * that). `@cf/…` and `@hf/…` are Workers AI models without a prefix.
 *
 * @param account whose custom providers are meant by `custom-{slug}/…`.
 */
export function splitModel(name: string, account: AccountSnapshot | null): ModelTarget | Refusal {
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
  const prefix = name.slice(0, slash);
  const provider = findProviderByModelPrefix(prefix) ?? findCustomProvider(account, prefix);
  if (!provider)
    return new Refusal('unknownProvider', {
      message: 'The part of "model" before the first slash names no provider of this gateway.',
      path: ['body', 'model'],
    });
  return { provider, model: name.slice(slash + 1) };
}

/** The model's name in full, where the credential that is used says what it leaves out (spec 5.9-5). */
export const placedModel = ({ provider, model }: ModelTarget, place: KeyPlace): string =>
  provider.placeModel?.(model, place) ?? model;

export const notForUnified = ({ name }: ProviderDescriptor) =>
  new Refusal('notTranslated', {
    message: `${name} has no models for this endpoint. Use its native endpoint.`,
  });

/** A provider's own endpoint for a client's format. */
export interface ServedTarget {
  readonly url: string;
  /** The name to put in the body. */
  readonly model: string;
}

/**
 * The URL at which the provider serves the format itself; null where it does not, so that it has to be translated.
 *
 * Several providers run a partly compatible endpoint beside their own (Anthropic, Google, Cohere, Bedrock, Vertex). It is
 * not used: those ignore parameters in silence and lose cache control, thinking and citations, and the contract asks for
 * our translation (spec/api 5.9-3).
 *
 * @param place of the credential that is used.
 */
export function servedTarget(
  named: ModelTarget,
  format: UnifiedFormat,
  baseUrls: BaseUrls,
  place: KeyPlace = {},
): ServedTarget | Refusal | null {
  const { provider } = named;
  if (!provider.translated) return notForUnified(provider);
  const model = placedModel(named, place);
  const served = provider.serves[format];
  if (!served || served.except?.test(model) || served.only?.test(model) === false) return null;
  const base = baseOf(provider, baseUrls, place);
  if (isRefusal(base)) return base;
  const baseUrl = base.overridden ? base.baseUrl : (served.baseUrl ?? base.baseUrl);
  // Where the host is fixed, nothing of the name makes it.
  if (!baseUrl.includes('{') || !provider.hostInModel)
    return { url: joinUrl(baseUrl, served.path), model: named.model };

  const slash = model.indexOf('/');
  const host = model.slice(0, Math.max(0, slash));
  if (!provider.hostInModel.test(host))
    return new Refusal('invalidRequest', {
      message: `A model of ${provider.name} is "${provider.slug}/{resource}/{deployment}", unless the stored key names the resource.`,
      path: ['body', 'model'],
    });
  return { url: joinUrl(fillBase(baseUrl, { resource: host }), served.path), model: model.slice(slash + 1) };
}
