import { createHash } from 'node:crypto';
import type { TextBlock } from '../../../form/blocks.ts';
import type { Json } from '../../../form/json.ts';
import type { ModelRequest, ParameterName, Parameters } from '../../../form/request.ts';
import type { WireNames } from '../../../form/wire-names.ts';
import type { MessagesModel } from '../../claude-models.ts';
import { writeCache } from '../cache-control.ts';
import { encodeChoice } from './encode-tools.ts';
import { encodeText } from './encode-turns.ts';
import type { OutputPlan } from './plan-output.ts';
import type { ThinkingPlan } from './plan-thinking.ts';
import { isBlank } from './prepare-turns.ts';

/** Without tools a choice among them is refused, and means nothing. */
export function writeChoice(
  { toolChoice, parallelToolCalls }: Parameters,
  output: OutputPlan,
  hasTools: boolean,
  names: WireNames,
): Json {
  if (!hasTools) return {};
  const isSerial = parallelToolCalls === false;
  const choice = output.choice
    ? { ...output.choice, ...(isSerial ? { disable_parallel_tool_use: true } : {}) }
    : encodeChoice(toolChoice, isSerial, names);
  return choice ? { tool_choice: choice } : {};
}

/** One text goes as a string; several, or one that is to be cached, as blocks. */
export function writeSystem(system: readonly TextBlock[], line: string | undefined): Json {
  const said = system.filter(({ text }) => !isBlank(text));
  const blocks = line === undefined ? said : [...said, { kind: 'text', text: line } as const];
  const [first] = blocks;
  if (!first) return {};
  if (blocks.length === 1 && !first.cache && !first.citations && !first.residue)
    return { system: first.text };
  return {
    system: blocks.map((block) => ({
      ...encodeText(block),
      ...(block.cache ? { cache_control: writeCache(block.cache) } : {}),
    })),
  };
}

/** Thinking takes no sampling parameters; newer models take one of two; none takes a temperature above 1. */
export function chooseSampling(
  { temperature, topP, topK }: Parameters,
  model: MessagesModel,
  thinking: ThinkingPlan,
): { readonly body: Json; readonly dropped: readonly ParameterName[] } {
  const given = { temperature, topP, topK };
  const excluded = (name: keyof typeof given) =>
    thinking.isOn || (name === 'topP' && temperature !== undefined && model.sampling === 'one-of');
  const set = (['temperature', 'topP', 'topK'] as const).filter((name) => given[name] !== undefined);
  const kept = set.filter((name) => !excluded(name));
  return {
    body: {
      ...(kept.includes('temperature') && temperature !== undefined
        ? { temperature: Math.min(1, Math.max(0, temperature)) }
        : {}),
      ...(kept.includes('topP') ? { top_p: topP } : {}),
      ...(kept.includes('topK') ? { top_k: topK } : {}),
    },
    dropped: set.filter(excluded),
  };
}

/** Blank ones are refused, and stop nothing that anybody could mean. */
export function writeStops(stop: readonly string[] | undefined): Json {
  const sequences = (stop ?? []).filter((sequence) => !isBlank(sequence));
  return sequences.length > 0 ? { stop_sequences: sequences } : {};
}

export function writeOutputConfig({ effort }: ThinkingPlan, { format }: OutputPlan): Json {
  if (effort === undefined && format === undefined) return {};
  return { output_config: { ...(effort === undefined ? {} : { effort }), ...(format ? { format } : {}) } };
}

/** Anthropic wants an opaque name. What its own clients send is one; of others we cannot know (spec/providers 3.1). */
export function writeUser({ source }: ModelRequest, { user }: Parameters): Json {
  if (user === undefined) return {};
  const isOwn = source.dialect === 'anthropic-messages';
  return { metadata: { user_id: isOwn ? user : createHash('sha256').update(user).digest('hex') } };
}

/** OpenAI's words for tiers, which all of the form speaks, in Anthropic's two. Null: it has none for it. */
export function tierOf(tier: string): 'auto' | 'standard_only' | null {
  switch (tier) {
    case 'auto':
    case 'priority':
      return 'auto';
    // Cheaper than the default at OpenAI: here, at least never the dearer one.
    case 'flex':
    case 'default':
    case 'standard_only':
      return 'standard_only';
    default:
      return null;
  }
}
