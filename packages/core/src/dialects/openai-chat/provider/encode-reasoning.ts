import type { Json } from '../../../form/json.ts';
import { effortOf } from '../../../form/reasoning-budget.ts';
import type { Reasoning } from '../../../form/request.ts';
import type { ChatDeviations } from './deviations.ts';

/** Of a model whose largest answer we do not know: what a budget is a share of, where the caller set no limit. */
const USUAL_MAX_TOKENS = 32_000;

export interface EncodedReasoning {
  readonly fields: Json;
  /** The provider cannot be told what the caller asked for. */
  readonly isDropped: boolean;
}

/** How much to think, and whether to show it, as the provider takes it (spec/providers 2.9, 12). */
export function encodeReasoning(
  reasoning: Reasoning | undefined,
  maxTokens: number | undefined,
  deviations: ChatDeviations,
): EncodedReasoning {
  const shown = shownFields(reasoning?.shown ?? null, deviations);
  if (!reasoning) return { fields: shown, isDropped: false };
  const amount = amountFields(reasoning, maxTokens ?? USUAL_MAX_TOKENS, deviations);
  return { fields: { ...amount, ...shown }, isDropped: amount === null };
}

function shownFields(shown: boolean | null, { reasoningShown }: ChatDeviations): Json {
  switch (reasoningShown) {
    case 'none':
      return {};
    // Unasked, the thoughts would stand in the answer's text.
    case 'reasoning_format':
      return { reasoning_format: shown === false ? 'hidden' : 'parsed' };
    case 'include_reasoning':
      return shown === false ? { include_reasoning: false } : {};
  }
}

function amountFields(
  reasoning: Reasoning,
  maxTokens: number,
  { reasoning: form }: ChatDeviations,
): Json | null {
  const effort = effortOf(reasoning, maxTokens);
  switch (form.kind) {
    case 'effort': {
      if (effort === null) return {};
      const word = form.words[effort];
      return word === null ? null : { reasoning_effort: word };
    }
    case 'thinking': {
      if (effort === 'none') return { thinking: { type: 'disabled' } };
      const word = effort && form.words[effort];
      return { thinking: { type: 'enabled' }, ...(word ? { reasoning_effort: word } : {}) };
    }
    case 'off-only':
      return effort === 'none' ? { reasoning_effort: 'none' } : {};
    case 'object':
      return { reasoning: reasoningObject(reasoning) };
  }
}

function reasoningObject({ effort, budget, shown }: Reasoning): Json {
  const exclude = shown === false ? { exclude: true } : {};
  if (effort !== undefined) return { effort: effort === 'max' ? 'xhigh' : effort, ...exclude };
  return budget === undefined ? { enabled: true, ...exclude } : { max_tokens: budget, ...exclude };
}
