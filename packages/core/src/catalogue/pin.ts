import { type Fault, fault } from '../form/fault.ts';
import { ownValue } from '../own-value.ts';
import { findProvider, findProviderByModelPrefix } from '../providers/registry.ts';
import { allModels } from './catalogue.ts';
import { prefixOf } from './model.ts';
import { commonName } from './names.ts';

/** Who serves a model, by the provider's slug and its own name for the model. */
export interface PinnedTarget {
  readonly provider: string;
  readonly model: string;
}

/** Names that people use and the registry does not. */
const ALSO: Readonly<Record<string, string>> = {
  cloudflare: 'workers-ai',
  'cloudflare-workers-ai': 'workers-ai',
  bedrock: 'aws-bedrock',
  'amazon-bedrock': 'aws-bedrock',
  amazon: 'aws-bedrock',
  aws: 'aws-bedrock',
  azure: 'azure-openai',
  vertex: 'google-vertex-ai',
  'google-vertex': 'google-vertex-ai',
  gemini: 'google-ai-studio',
  'x-ai': 'grok',
  'fireworks-ai': 'fireworks',
  'together-ai': 'together',
  togetherai: 'together',
  hf: 'huggingface',
  mistralai: 'mistral',
};

/** Those whose models keep the name of their author. */
const KEEPS_AUTHOR = new Set(['openrouter', 'together', 'huggingface', 'baseten', 'groq', 'parallel']);

/**
 * The body's `provider`: who shall serve this model, under the name that it has there. `moonshotai/kimi-k2.6`
 * by `cloudflare` is `@cf/moonshotai/kimi-k2.6`. A model that the catalogue does not know gets the name that the
 * provider's own rule gives it, and the provider may say what it thinks.
 */
export function pinnedTarget(model: string, provider: string): PinnedTarget | Fault {
  const slug = slugOf(provider);
  if (slug === null)
    return fault(
      ['provider'],
      `There is no provider "${provider.slice(0, 64)}" that could serve this model.`,
    );
  const bare = withoutPrefix(model, slug);
  const served = allModels().filter((it) => it.provider === slug);
  const exact = served.find((it) => it.model.toLowerCase() === bare.toLowerCase());
  if (exact) return { provider: slug, model: exact.model };
  const common = commonName(bare);
  // A dated name is that one model and no other.
  const same = served.filter((it) => commonName(it.model) === common);
  const [first] = same.toSorted((one, other) => one.model.length - other.model.length);
  return { provider: slug, model: first && !isDated(bare) ? first.model : nativeName(bare, slug) };
}

function slugOf(provider: string): string | null {
  const name = provider.trim().toLowerCase();
  const found = findProvider(ownValue(ALSO, name) ?? name) ?? findProviderByModelPrefix(name);
  return found?.slug ?? (name.startsWith('custom-') ? name : null);
}

const isDated = (model: string) => /-(?:\d{8}|\d{4}-\d{2}-\d{2})(?:$|-v\d)/.test(model);

/** `xai/grok-4.3` at `grok` → `grok-4.3`; `workers-ai/@cf/…` → `@cf/…`. */
function withoutPrefix(model: string, slug: string): string {
  const [first = '', ...rest] = model.split('/');
  const isOwn = rest.length > 0 && (first === slug || first === prefixOf(slug) || first === compatOf(slug));
  return isOwn && !(KEEPS_AUTHOR.has(slug) && rest.length === 1) ? rest.join('/') : model;
}

const compatOf = (slug: string) => findProvider(slug)?.compatPrefixes[0];

function nativeName(model: string, slug: string): string {
  if (slug === 'workers-ai') return model.startsWith('@') ? model : `@cf/${model}`;
  if (KEEPS_AUTHOR.has(slug) || slug.startsWith('custom-')) return model;
  if (slug === 'fireworks')
    return model.startsWith('accounts/') ? model : `accounts/fireworks/models/${lastOf(model)}`;
  if (slug === 'google-vertex-ai') return model.startsWith('google/') ? model : `google/${lastOf(model)}`;
  return slug === 'aws-bedrock' ? model : lastOf(model);
}

const lastOf = (model: string) => model.slice(model.lastIndexOf('/') + 1);
