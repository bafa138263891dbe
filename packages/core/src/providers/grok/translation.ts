import {
  type ChatDeviations,
  chatDialect,
  deviate,
  type EffortWords,
  THREE_EFFORTS,
} from '../../dialects/openai-chat/provider/index.ts';
import type { ProviderTranslation } from '../provider-translation.ts';

/** docs.x.ai/docs/api-reference. Its searches of the web are on Responses only. */
const GROK: ChatDeviations = deviate({
  parameters: { logprobs: 'keep', user: 'keep' },
  maxTokensField: 'max_completion_tokens',
  laterSystem: 'in-place',
  strictTools: true,
  reasoningOutside: true,
  repeatsReasoning: true,
});

/** Thinking models refuse stop strings and penalties. */
const THINKING = deviate(
  { parameters: { stop: 'refuse', frequencyPenalty: 'drop', presencePenalty: 'drop' } },
  GROK,
);

/** grok-3-mini knows two efforts, grok-4.3 four, and later models all of them but the one that means none. */
const MINI = withEfforts({ ...THREE_EFFORTS, none: 'low', medium: 'low' });
const GROK_4_3 = withEfforts({ ...THREE_EFFORTS, none: 'none' });
const LATER = withEfforts({ ...THREE_EFFORTS, none: 'low' });

function withEfforts(words: EffortWords): ChatDeviations {
  return deviate({ parameters: { reasoning: 'keep' }, reasoning: { kind: 'effort', words } }, THINKING);
}

/** 4 and its fast and 4.20 variants think as much as they like, and refuse to be told. */
function grokDeviations(model: string): ChatDeviations {
  if (/non-reasoning|^grok-[23](?!\d|-mini)/.test(model)) return GROK;
  if (/^grok-3-mini/.test(model)) return MINI;
  if (/^grok-4\.3/.test(model)) return GROK_4_3;
  return /^grok-(?:4\.[4-9]|[5-9])/.test(model) ? LATER : THINKING;
}

export const grokTranslation: ProviderTranslation = {
  slug: 'grok',
  dialectFor: (model) => chatDialect(grokDeviations(model)),
};
