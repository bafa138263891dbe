import type { ProofFamily } from './provenance.ts';

/**
 * Who gave a bound thing, as far as its shape tells. `unknown`: whoever served the turn, which cannot be read from it.
 * `nobody`: reasoning that nobody signed, where only signed reasoning is taken.
 */
export type Issuer = ProofFamily | 'unknown' | 'nobody';

interface BoundRule {
  /**
   * What happens where the next provider is none of those that can read it. `stripped`: the conversation says the same
   * without it. `refused`: without it the request means something else, so the caller has to decide.
   */
  readonly onSwitch: 'stripped' | 'refused';
  readonly one: string;
  readonly many: string;
  /** What a caller can do instead of what is refused. */
  readonly instead: string;
}

const stripped = (one: string, many: string): BoundRule => ({ onSwitch: 'stripped', one, many, instead: '' });
const refused = (one: string, many: string, instead: string): BoundRule => ({
  onSwitch: 'refused',
  one,
  many,
  instead,
});

/** Everything that means something to one provider only, and what becomes of it when a conversation changes its provider. */
export const BOUND = {
  reasoning: stripped('reasoning block', 'reasoning blocks'),
  'item-id': stripped('item id', 'item ids'),
  'server-tool': stripped('block of a built-in tool', 'blocks of built-in tools'),
  file: refused('stored file', 'stored files', 'Send the file’s content instead of its name'),
  bucket: refused('bucket address', 'bucket addresses', 'Send the content, or an https URL'),
  container: refused('container', 'containers', 'Leave "container" out to begin with a new one'),
  'vector-store': refused(
    'vector store',
    'vector stores',
    'Leave the file search out and send what it shall find',
  ),
  'stored-answer': refused('stored answer', 'stored answers', 'Send the whole conversation as "input"'),
  'stored-prompt': refused('stored prompt', 'stored prompts', 'Send its text as "instructions"'),
  'cached-content': refused(
    'cached content',
    'cached contents',
    'Send the content itself, or use the provider’s native endpoint',
  ),
  compaction: refused(
    'compacted conversation',
    'compacted conversations',
    'Send the messages that it stands for',
  ),
  'spoken-answer': refused('spoken answer', 'spoken answers', 'Send its transcript as "content"'),
} as const satisfies Record<string, BoundRule>;

export type BoundKind = keyof typeof BOUND;

/** Who shall serve the conversation's next turn. */
export interface BoundTarget {
  readonly slug: string;
  /** As the provider knows it, in full: of some providers it decides whose model answers. */
  readonly model: string;
  /** The provider speaks the client's format: what it made itself comes back to it as it was. */
  readonly passes: boolean;
  /** Within this request another provider was asked first that might have made the same things: see {@link lookAlikes}. */
  readonly isSecond?: boolean;
}

type Keeps = (target: BoundTarget) => boolean;

const at =
  (...slugs: readonly string[]): Keeps =>
  ({ slug }) =>
    slugs.includes(slug);

const noOne: Keeps = () => false;
const everybody: Keeps = () => true;

/**
 * One family: Anthropic’s signatures hold on every platform that runs Claude, as its documentation of extended thinking
 * says. OpenRouter hands Claude’s requests on to these platforms.
 */
const runsClaude: Keeps = ({ slug, model }) =>
  slug === 'anthropic' ||
  (['aws-bedrock', 'google-vertex-ai', 'openrouter'].includes(slug) && /claude|anthropic/i.test(model));

/** Google’s signatures are taken by the models of both its platforms; Vertex serves others’ models as well. */
const runsGemini: Keeps = (target) =>
  target.slug === 'google-ai-studio' || (target.slug === 'google-vertex-ai' && !runsClaude(target));

/**
 * No family but look-alikes: what OpenAI, an Azure resource and OpenAI’s models at OpenRouter encrypt or name has one
 * shape, and only its own maker can read it. So it goes wherever it may be from, and that provider decides.
 */
const openaiShaped = at('openai', 'azure-openai');
const openaiReasoning: Keeps = (target) =>
  !target.isSecond &&
  (openaiShaped(target) || (target.slug === 'openrouter' && /^~?openai\//.test(target.model)));

const LOOK_ALIKES = ['openai', 'azure-openai', 'openrouter'];

/**
 * Whether what one of two providers encrypts can be taken for the other's. Where a request falls back from one to the
 * other, at most one of them can have made it, so the second is not asked to read it: the first was, or it will refuse.
 */
export const lookAlikes = (one: string, other: string): boolean =>
  one !== other && LOOK_ALIKES.includes(one) && LOOK_ALIKES.includes(other);

/** Who keeps what. An issuer that is not named for a kind makes none, or its own cannot be told from others’. */
const KEPT: Readonly<Record<BoundKind, Readonly<Partial<Record<Issuer, Keeps>>>>> = {
  reasoning: {
    anthropic: runsClaude,
    openai: openaiReasoning,
    google: runsGemini,
    openrouter: at('openrouter'),
    // Everything that these two encrypt is told by its shape.
    unknown: (target) => target.passes && !openaiShaped(target),
    nobody: (target) => !runsClaude(target),
  },
  'item-id': { openai: openaiReasoning },
  'server-tool': {
    anthropic: runsClaude,
    openai: (target) => target.passes && openaiShaped(target),
    unknown: ({ passes }) => passes,
  },
  file: {
    anthropic: at('anthropic'),
    // xAI names its files like OpenAI.
    openai: at('openai', 'azure-openai', 'grok'),
    google: at('google-ai-studio'),
  },
  bucket: { google: at('google-ai-studio', 'google-vertex-ai') },
  container: { anthropic: at('anthropic'), openai: openaiShaped },
  'vector-store': { openai: openaiShaped },
  'stored-answer': { openai: openaiShaped },
  'stored-prompt': { openai: openaiShaped },
  // No unified format has a field for it.
  'cached-content': { google: noOne },
  compaction: { anthropic: runsClaude, openai: openaiShaped },
  'spoken-answer': { openai: openaiShaped },
};

/**
 * Whether a thing of this kind means to the target what it meant to its issuer. A custom provider's models are known to
 * nobody but its owner, so everything that it may have made itself stays.
 */
export function keeps(kind: BoundKind, issuer: Issuer, target: BoundTarget): boolean {
  if (target.passes && target.slug.startsWith('custom-')) return true;
  return (KEPT[kind][issuer] ?? everybody)(target);
}
