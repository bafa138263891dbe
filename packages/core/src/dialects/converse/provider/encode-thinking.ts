import { child, type Json } from '../../../form/json.ts';
import { budgetOf, effortOf } from '../../../form/reasoning-budget.ts';
import type { Effort, Parameters, Reasoning } from '../../../form/request.ts';
import type { Turn } from '../../../form/turns.ts';
import type { ConverseModel } from '../models.ts';

/** What the model is told about thinking. */
export interface Thinking {
  /** Claude thinks, which excludes sampling parameters and forced tools (spec/providers 8.1). */
  readonly isOn: boolean;
  /** For `additionalModelRequestFields`. */
  readonly fields: Json;
  /** Claude's `output_config.effort`. */
  readonly effort?: string;
  readonly maxTokens?: number;
  readonly excludes: readonly (keyof Parameters)[];
}

const SMALLEST_BUDGET = 1024;
/** Left for the answer where the budget would take it all. */
const ANSWER = 1024;

/** Nothing is said; the caller's longest answer stays. */
export const quiet = (maxTokens: number | undefined): Thinking => ({
  isOn: false,
  fields: {},
  excludes: [],
  ...(maxTokens === undefined ? {} : { maxTokens }),
});

export function planThinking(parameters: Parameters, model: ConverseModel): Thinking {
  const { reasoning, maxTokens } = parameters;
  if (!reasoning) return quiet(maxTokens);
  switch (model.thinking) {
    case 'adaptive':
      return adaptive(reasoning, maxTokens, model);
    case 'either':
      return reasoning.budget === undefined
        ? adaptive(reasoning, maxTokens, model)
        : budgeted(reasoning, maxTokens, model);
    case 'budget':
      return budgeted(reasoning, maxTokens, model);
    case 'nova-effort':
      return nova(reasoning, maxTokens, model);
    case 'effort':
      return { ...quiet(maxTokens), fields: ofEffort(reasoning, model) };
    case 'none':
      return quiet(maxTokens);
  }
}

const SAMPLING = ['temperature', 'topP', 'topK'] as const;

/** spec/providers 2.9, column Converse Claude. */
const CLAUDE_EFFORT: Readonly<Record<Effort, string>> = {
  none: 'low',
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'max',
  max: 'max',
};

function adaptive(reasoning: Reasoning, maxTokens: number | undefined, model: ConverseModel): Thinking {
  const effort = effortOf(reasoning, maxTokens ?? model.maxOutput);
  if (effort === 'none') return { ...quiet(maxTokens), fields: { thinking: { type: 'disabled' } } };
  const display = reasoning.shown === null ? {} : { display: reasoning.shown ? 'summarized' : 'omitted' };
  return {
    ...quiet(maxTokens),
    isOn: true,
    fields: { thinking: { type: 'adaptive', ...display } },
    ...(effort === null ? {} : { effort: CLAUDE_EFFORT[effort] }),
    excludes: SAMPLING,
  };
}

/** The budget lies below the longest answer, which grows for it where the model allows (spec/providers 2.9). */
function budgeted(reasoning: Reasoning, maxTokens: number | undefined, model: ConverseModel): Thinking {
  const wanted =
    budgetOf(reasoning, model.maxOutput) ??
    (reasoning.shown ? budgetOf({ effort: 'medium', shown: true }, model.maxOutput) : null);
  if (!wanted || wanted <= 0) return quiet(maxTokens);
  const least = Math.max(SMALLEST_BUDGET, wanted);
  const fits = maxTokens !== undefined && maxTokens > least;
  const room =
    maxTokens === undefined || fits
      ? maxTokens
      : Math.max(maxTokens, Math.min(maxTokens + least, model.maxOutput));
  const budget = fits
    ? least
    : Math.min(least, (room ?? model.maxOutput) - Math.min(ANSWER, maxTokens ?? ANSWER));
  if (budget < SMALLEST_BUDGET) return quiet(maxTokens);
  return {
    ...quiet(room),
    isOn: true,
    fields: {
      thinking: {
        type: 'enabled',
        budget_tokens: budget,
        ...(reasoning.shown === false ? { display: 'omitted' } : {}),
      },
    },
    excludes: SAMPLING,
  };
}

const three = (effort: Effort) =>
  effort === 'none' || effort === 'minimal' || effort === 'low'
    ? 'low'
    : effort === 'medium'
      ? 'medium'
      : 'high';

/** Nova thinks at `high` only without limits of ours, so a caller's limit makes it `medium`. */
function nova(reasoning: Reasoning, maxTokens: number | undefined, model: ConverseModel): Thinking {
  const effort = effortOf(reasoning, model.maxOutput) ?? (reasoning.shown ? 'medium' : 'none');
  if (effort === 'none') return { ...quiet(maxTokens), fields: { reasoningConfig: { type: 'disabled' } } };
  const wanted = three(effort);
  const level = wanted === 'high' && maxTokens !== undefined ? 'medium' : wanted;
  return {
    ...quiet(maxTokens),
    fields: { reasoningConfig: { type: 'enabled', maxReasoningEffort: level } },
    excludes: level === 'high' ? SAMPLING : [],
  };
}

function ofEffort(reasoning: Reasoning, model: ConverseModel): Json {
  const effort = effortOf(reasoning, model.maxOutput);
  return effort === null ? {} : { reasoning_effort: three(effort) };
}

/**
 * With a budget, the turn whose results are now sent must begin with its own signed thinking. A conversation that another
 * model began, or whose client loses signatures, has none: then the model cannot think in this turn.
 */
export function mayThink(turns: readonly Turn[], { fields }: Thinking): boolean {
  if (child(fields, 'thinking')?.type !== 'enabled') return true;
  const last = turns.findLast(({ role }) => role === 'assistant');
  const calls = last?.role === 'assistant' && last.content.some(({ kind }) => kind === 'tool-call');
  return !calls || last.content[0]?.kind === 'reasoning';
}
