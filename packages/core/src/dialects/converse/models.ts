import { messagesModel } from '../claude-models.ts';

/** The vendors whose models Converse serves, as far as they differ in what they take. `unknown`: the id does not tell. */
export type Vendor = 'anthropic' | 'amazon' | 'meta' | 'mistral' | 'openai' | 'other' | 'unknown';

/** What a model takes through Converse (spec/providers 6.4, 8.1). */
export interface ConverseModel {
  readonly vendor: Vendor;
  /** Tokens of its longest answer, where it matters: a thinking budget is a share of it. */
  readonly maxOutput: number;
  /** How it is asked to think. `either`: adaptive, or by a budget. */
  readonly thinking: 'adaptive' | 'either' | 'budget' | 'nova-effort' | 'effort' | 'none';
  /** How an answer by schema is asked for. `fields`: Claude's own field; `text-format`: Converse's. */
  readonly schema: 'fields' | 'text-format' | 'tool';
  /** `refused`: neither temperature nor topP; `one-of`: not both. */
  readonly sampling: 'free' | 'one-of' | 'refused';
  /** The largest `toolChoice` it takes: a named tool, any tool, or no choice at all. */
  readonly toolChoice: 'tool' | 'any' | 'none';
  /** Takes text beside tool results in one turn. */
  readonly mixesResults: boolean;
  /** Takes `status` on a tool result. */
  readonly resultStatus: boolean;
  readonly cachePoints: 'everywhere' | 'no-tools' | 'none';
}

const REGIONS = /^(?:us-gov|us|eu|apac|jp|au|ca|sa|me|af|global)\./;

/** `us.anthropic.claude-…` or an ARN → `anthropic.claude-…`; null: an ARN of somebody's own that hides the model. */
function foundationId(model: string): string | null {
  if (!model.startsWith('arn:')) return model.replace(REGIONS, '');
  const [, kind, id] = /:(foundation-model|inference-profile)\/(.+)$/.exec(model) ?? [];
  return kind === undefined || id === undefined ? null : id.replace(REGIONS, '');
}

export function converseModel(model: string): ConverseModel {
  const id = foundationId(model);
  if (id === null) return UNKNOWN;
  if (id.startsWith('anthropic.') || id.includes('claude')) return claude(id);
  if (id.startsWith('amazon.nova')) return id.startsWith('amazon.nova-2') ? NOVA_2 : NOVA;
  if (id.startsWith('meta.')) return LLAMA;
  if (id.startsWith('mistral.'))
    return NEWER_MISTRAL.test(id) ? { ...MISTRAL, schema: 'text-format' } : MISTRAL;
  if (id.startsWith('openai.')) return OPENAI;
  return /^(?:qwen|deepseek|moonshot|minimax|google|nvidia|zai)\b/.test(id)
    ? { ...OTHER, schema: 'text-format' }
    : OTHER;
}

export const isClaude = (model: string) => converseModel(model).vendor === 'anthropic';

const NEWER_MISTRAL = /ministral|magistral|voxtral|mistral-large-3/;

/** Before these, Bedrock caches nothing of Claude's. */
const UNCACHED = /claude-(?:3-(?!5-(?:haiku|sonnet-20241022)|7)|v?2|instant)/;
/** Bedrock knows structured output of these, and of what is newer than this list. */
const OLDER = /opus-4-1/;

/** As behind Anthropic's own API (spec/providers 6.4), with what Bedrock adds or lacks. */
function claude(id: string): ConverseModel {
  const { maxOutput, thinking, schema, sampling } = messagesModel(id);
  return {
    vendor: 'anthropic',
    maxOutput,
    thinking,
    schema: schema === 'native' && !OLDER.test(id) ? 'fields' : 'tool',
    sampling,
    toolChoice: 'tool',
    mixesResults: true,
    resultStatus: true,
    cachePoints: UNCACHED.test(id) ? 'none' : 'everywhere',
  };
}

const OTHER: ConverseModel = {
  vendor: 'other',
  maxOutput: 8_192,
  thinking: 'none',
  schema: 'tool',
  sampling: 'free',
  toolChoice: 'any',
  mixesResults: false,
  resultStatus: false,
  cachePoints: 'none',
};

const NOVA: ConverseModel = {
  ...OTHER,
  vendor: 'amazon',
  maxOutput: 10_000,
  toolChoice: 'tool',
  mixesResults: true,
  resultStatus: true,
  cachePoints: 'no-tools',
};
const NOVA_2: ConverseModel = { ...NOVA, maxOutput: 65_535, thinking: 'nova-effort' };
const LLAMA: ConverseModel = { ...OTHER, vendor: 'meta', toolChoice: 'none', mixesResults: true };
const MISTRAL: ConverseModel = { ...OTHER, vendor: 'mistral' };
const OPENAI: ConverseModel = {
  ...OTHER,
  vendor: 'openai',
  maxOutput: 32_000,
  thinking: 'effort',
  schema: 'text-format',
};
/** Somebody's own profile: most likely Claude or Nova, so what both take is said and nothing is held back. */
const UNKNOWN: ConverseModel = {
  ...NOVA,
  vendor: 'unknown',
  maxOutput: 64_000,
  thinking: 'budget',
  cachePoints: 'everywhere',
};
