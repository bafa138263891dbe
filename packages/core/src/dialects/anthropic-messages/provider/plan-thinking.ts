import type { Json } from '../../../form/json.ts';
import { budgetOf, effortOf } from '../../../form/reasoning-budget.ts';
import type { Effort, Parameters, Reasoning } from '../../../form/request.ts';
import type { MessagesModel } from '../../claude-models.ts';

const LEAST_BUDGET = 1024;

/** How a request thinks. */
export interface ThinkingPlan {
  readonly isOn: boolean;
  readonly maxTokens: number;
  readonly thinking?: Json;
  readonly effort?: Effort;
  /** The caller's wish could not be met: it is named as dropped. */
  readonly isDropped: boolean;
}

/** What else the request says that thinking excludes. */
export interface AgainstThinking {
  /** The caller wants a call, and a forced call excludes thinking (spec/providers 6.1). */
  readonly forcesCall: boolean;
  /** The model's last turn goes on and does not begin with thinking of Anthropic's: a budget then is a 400. */
  readonly continuesWithoutThinking: boolean;
}

/** spec/providers 2.9, 6.1: a budget of at least 1024 and below `max_tokens`, or an effort where the model adapts. */
export function planThinking(
  { reasoning, maxTokens }: Pick<Parameters, 'reasoning' | 'maxTokens'>,
  model: MessagesModel,
  against: AgainstThinking,
): ThinkingPlan {
  const off: ThinkingPlan = { isOn: false, maxTokens: maxTokens ?? model.maxOutput, isDropped: false };
  if (!reasoning) return off;
  if (reasoning.effort === 'none')
    return model.thinking === 'budget' ? off : { ...off, thinking: { type: 'disabled' } };
  if (against.forcesCall) return { ...off, isDropped: true };
  if (model.thinking === 'adaptive' || (model.thinking === 'either' && reasoning.budget === undefined))
    return { ...off, isOn: true, ...adaptive(reasoning, model, off.maxTokens) };
  if (against.continuesWithoutThinking) return { ...off, isDropped: true };
  return byBudget(reasoning, maxTokens, model) ?? { ...off, isDropped: true };
}

function adaptive(
  reasoning: Reasoning,
  model: MessagesModel,
  maxTokens: number,
): Pick<ThinkingPlan, 'thinking' | 'effort'> {
  const effort = effortOf(reasoning, maxTokens);
  const display = reasoning.shown === null ? {} : { display: reasoning.shown ? 'summarized' : 'omitted' };
  return {
    thinking: { type: 'adaptive', ...display },
    ...(effort === null ? {} : { effort: knownEffort(effort, model) }),
  };
}

/** What a model without the word takes in its place; the last is known to all. */
const IN_PLACE: Readonly<Record<Effort, readonly Effort[]>> = {
  none: ['low'],
  minimal: ['low'],
  low: ['low'],
  medium: ['medium'],
  high: ['high'],
  xhigh: ['xhigh', 'max', 'high'],
  max: ['max', 'high'],
};

const knownEffort = (effort: Effort, { efforts }: MessagesModel): Effort =>
  IN_PLACE[effort].find((it) => efforts.includes(it)) ?? 'high';

/** Who wants thought and does not say how much gets a medium one. Null: too little is left to think. */
function byBudget(
  reasoning: Reasoning,
  maxTokens: number | undefined,
  model: MessagesModel,
): ThinkingPlan | null {
  const budgetFor = (it: Reasoning) => budgetOf(it, model.maxOutput);
  const asked = budgetFor(reasoning) ?? budgetFor({ effort: 'medium', shown: null }) ?? 0;
  const wanted = Math.max(LEAST_BUDGET, asked);
  const { max, budget } =
    maxTokens === undefined
      ? { max: model.maxOutput, budget: Math.min(wanted, model.maxOutput - LEAST_BUDGET) }
      : roomFor(wanted, maxTokens, model);
  if (budget < LEAST_BUDGET) return null;
  const display = reasoning.shown === false ? { display: 'omitted' } : {};
  return {
    isOn: true,
    maxTokens: max,
    thinking: { type: 'enabled', budget_tokens: budget, ...display },
    isDropped: false,
  };
}

/**
 * A limit above the budget is the caller's own sum. Below it, the answer keeps the room that the caller gave it: the limit
 * grows by the budget as far as the model goes, and the budget shrinks to what that leaves.
 */
function roomFor(budget: number, limit: number, model: MessagesModel) {
  if (limit > budget) return { max: limit, budget };
  const max = Math.max(limit, Math.min(limit + budget, model.maxOutput));
  return { max, budget: Math.min(budget, max - limit) };
}
