import { BOUND, type BoundTarget, type Issuer, keeps } from '../../form/bound-content.ts';
import type { BoundFormat } from '../../form/bound-markers.ts';
import { type Fault, fault } from '../../form/fault.ts';
import { isJson, type Json, parseJson } from '../../form/json.ts';
import type { ToUnbind, Unbound } from '../../ports/translation.ts';
import { cutOut } from '../../providers/json-cuts.ts';
import type { Finder, Found, IsForeign } from './found.ts';
import { boundInChat } from './in-chat.ts';
import { boundInMessages } from './in-messages.ts';
import { boundInResponses } from './in-responses.ts';

const FINDERS: Readonly<Record<BoundFormat, Finder>> = {
  'openai-chat': boundInChat,
  'openai-responses': boundInResponses,
  'anthropic-messages': boundInMessages,
};

/**
 * A request for a provider that speaks its format, without what is bound to others; every other byte stays. Null: there
 * is none, and the body goes on as it is. Bodies that are no JSON are for the provider to refuse.
 */
export function unbind({ format, provider, model, body, isSecond }: ToUnbind): Unbound | Fault | null {
  const target = { slug: provider.slug, model, passes: true, isSecond };
  const parsed = parseJson(Buffer.from(body).toString('utf8'));
  if (!isJson(parsed)) return null;
  const found = foreignIn(parsed, format, target);
  const refused = refusal(found, provider.name);
  if (refused) return refused;
  if (found.length === 0) return null;
  const paths = found.map(({ path, cut }) => cut ?? path);
  return {
    body: cutOut(body, paths),
    leftOut: inWords(found),
    // Only the form knows whether a turn may still go on with thinking once it lost its beginning (spec/providers 2.9).
    needsForm:
      format === 'anthropic-messages' &&
      provider.slug === 'anthropic' &&
      found.some(({ kind }) => kind === 'reasoning'),
  };
}

/**
 * What a translated request leaves out because it is bound to others: the form drops it by itself, and this tells it.
 * A fault where the request means something else without it.
 */
export function leftOutOf(
  body: Json,
  format: BoundFormat,
  provider: ToUnbind['provider'],
  model: string,
): readonly string[] | Fault {
  const found = foreignIn(body, format, { slug: provider.slug, model, passes: false });
  // The form writes items without their ids: nothing is lost with them.
  return refusal(found, provider.name) ?? inWords(found.filter(({ kind }) => kind !== 'item-id'));
}

function foreignIn(body: Json, format: BoundFormat, target: BoundTarget): readonly Found[] {
  const isForeign: IsForeign = (kind, issuer, isPacked = false) =>
    (isPacked && target.passes) || !keeps(kind, issuer, target);
  return FINDERS[format](body, isForeign);
}

const NAMES: Readonly<Record<Issuer, string>> = {
  anthropic: 'Anthropic',
  openai: 'OpenAI',
  google: 'Google',
  openrouter: 'OpenRouter',
  unknown: 'another provider',
  nobody: 'nobody',
};

function refusal(found: readonly Found[], provider: string): Fault | null {
  const first = found.find(({ kind }) => BOUND[kind].onSwitch === 'refused');
  if (!first) return null;
  const { one, instead } = BOUND[first.kind];
  const issuer = NAMES[first.issuer];
  return fault(
    first.path.map(String),
    `This is a ${one} of ${issuer}, which ${provider} cannot read. ${instead}, or go on with ${issuer}.`,
  );
}

/** `2 reasoning blocks of openai`: kinds and counts, nothing of what was in them. */
function inWords(found: readonly Found[]): readonly string[] {
  const counts = new Map<string, { readonly of: Found; count: number }>();
  for (const of of found) {
    const name = `${of.kind} ${of.issuer}`;
    const known = counts.get(name);
    if (known) known.count++;
    else counts.set(name, { of, count: 1 });
  }
  return [...counts.values()].map(({ of: { kind, issuer }, count }) => {
    const { one, many } = BOUND[kind];
    return `${count} ${count === 1 ? one : many} ${origin(kind, issuer)}`;
  });
}

function origin(kind: Found['kind'], issuer: Issuer): string {
  const word = kind === 'reasoning' ? 'signed by' : 'of';
  return `${word} ${issuer === 'unknown' ? 'an unknown provider' : issuer}`;
}
