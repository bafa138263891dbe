import { createHash } from 'node:crypto';
import type { TextBlock } from '../../../form/blocks.ts';
import { type Fault, isFault } from '../../../form/fault.ts';
import type { Json } from '../../../form/json.ts';
import { narrow } from '../../../form/parameter-table.ts';
import {
  type ModelRequest,
  nameOf,
  type ParameterName,
  type Parameters,
  splitSystem,
  type Tool,
} from '../../../form/request.ts';
import { TOOL_NAME_128, wireNames } from '../../../form/wire-names.ts';
import { type MessagesModel, messagesModel } from '../../claude-models.ts';
import type { EncodedRequest, TargetModel } from '../../provider-dialect.ts';
import { writeCache } from '../cache-control.ts';
import { limitBreakpoints } from './cache-breakpoints.ts';
import { droppedOfTools, encodeChoice, encodeTool, offeredTools, type ToolContext } from './encode-tools.ts';
import { calledNames, encodeText, encodeTurns } from './encode-turns.ts';
import { parametersOf } from './parameters.ts';
import { type OutputPlan, planOutput } from './plan-output.ts';
import { planThinking, type ThinkingPlan } from './plan-thinking.ts';
import type { Platform } from './platform.ts';
import { continuesWithoutThinking, isBlank, prepareEnd, prepareTurns } from './prepare-turns.ts';

/** The form as a body of `POST /v1/messages`, for whoever serves it (spec/providers 3.1, 6.1, 8.4). */
export function encodeRequest(
  request: ModelRequest,
  target: TargetModel,
  platform: Platform,
): EncodedRequest | Fault {
  const model = messagesModel(target.model);
  const provider = target.provider.name;
  const narrowed = narrow(request, parametersOf(model, platform.hasServiceTiers), provider);
  if (isFault(narrowed)) return narrowed;
  const { parameters } = narrowed;
  const { system, turns: conversation } = splitSystem(request.messages);
  const prepared = prepareTurns(conversation, provider);
  if (isFault(prepared)) return prepared;

  const offered = offeredTools(request.tools, parameters.toolChoice);
  const thinking = planThinking(parameters, model, {
    forcesCall: offered.length > 0 && forcesCall(parameters),
    continuesWithoutThinking: continuesWithoutThinking(prepared),
  });
  const turns = prepareEnd(prepared, thinking.isOn);
  const output = planOutput(parameters.outputFormat, model, {
    thinks: thinking.isOn,
    callable: parameters.toolChoice?.kind === 'none' ? [] : offered.flatMap(nameOfTool),
    choice: parameters.toolChoice,
  });
  const names = wireNames([...offered.flatMap(nameOfTool), ...calledNames(turns)], TOOL_NAME_128);

  const messages = encodeTurns(turns, { provider, fetches: platform.fetches, names });
  if (isFault(messages)) return messages;
  const tools = encodeTools(offered, output, { model, platform, provider, names });
  if (isFault(tools)) return tools;
  const sampling = chooseSampling(parameters, model, thinking);
  const tier = serviceTier(parameters.serviceTier);
  const limited = limitBreakpoints({
    ...(platform.namesModel ? { model: target.model } : {}),
    ...platform.body,
    max_tokens: thinking.maxTokens,
    ...writeSystem(system, output.line),
    messages,
    ...(tools.length > 0 ? { tools } : {}),
    ...writeChoice(parameters, output, tools.length > 0, names),
    ...sampling.body,
    ...writeStops(parameters.stop),
    ...(thinking.thinking ? { thinking: thinking.thinking } : {}),
    ...writeOutputConfig(thinking, output),
    ...(parameters.user === undefined ? {} : { metadata: { user_id: opaqueUser(request, parameters.user) } }),
    ...(tier === undefined ? {} : { service_tier: tier }),
    ...(platform.saysStream && request.stream ? { stream: true } : {}),
  });
  const alsoDropped: readonly ParameterName[] = [
    ...(thinking.isDropped ? (['reasoning'] as const) : []),
    ...sampling.dropped,
    ...(parameters.serviceTier !== undefined && tier === undefined ? (['serviceTier'] as const) : []),
  ];
  return {
    path: platform.path(target.model, request.stream),
    query: '',
    headers: platform.headers,
    body: limited.body,
    dropped: [
      ...narrowed.dropped,
      ...droppedOfTools(offered),
      ...alsoDropped.map((parameter) => nameOf(request, parameter)),
      ...(limited.isChanged ? ['cache_control'] : []),
    ],
    names,
    ...(output.tool ? { outputTool: output.tool.name } : {}),
  };
}

const nameOfTool = (tool: Tool): string[] => ('name' in tool ? [tool.name] : []);

const forcesCall = ({ toolChoice }: Parameters) =>
  toolChoice?.kind === 'required' ||
  toolChoice?.kind === 'tool' ||
  (toolChoice?.kind === 'allowed' && toolChoice.mode === 'required');

function encodeTools(
  offered: readonly Tool[],
  { tool }: OutputPlan,
  context: ToolContext,
): readonly Json[] | Fault {
  const own: Tool[] = tool
    ? [
        {
          kind: 'function',
          name: tool.name,
          description: tool.description,
          schema: tool.schema,
          strict: null,
        },
      ]
    : [];
  const tools: Json[] = [];
  for (const it of [...offered, ...own]) {
    const written = encodeTool(it, context);
    if (isFault(written)) return written;
    tools.push(written);
  }
  return tools;
}

/** Without tools a choice among them is refused, and means nothing. */
function writeChoice(
  { toolChoice, parallelToolCalls }: Parameters,
  output: OutputPlan,
  hasTools: boolean,
  names: EncodedRequest['names'],
): Json {
  if (!hasTools) return {};
  const isSerial = parallelToolCalls === false;
  const choice = output.choice
    ? { ...output.choice, ...(isSerial ? { disable_parallel_tool_use: true } : {}) }
    : encodeChoice(toolChoice, isSerial, names);
  return choice ? { tool_choice: choice } : {};
}

/** One text goes as a string; several, or one that is to be cached, as blocks. */
function writeSystem(system: readonly TextBlock[], line: string | undefined): Json {
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
function chooseSampling(
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
function writeStops(stop: readonly string[] | undefined): Json {
  const sequences = (stop ?? []).filter((sequence) => !isBlank(sequence));
  return sequences.length > 0 ? { stop_sequences: sequences } : {};
}

function writeOutputConfig({ effort }: ThinkingPlan, { format }: OutputPlan): Json {
  if (effort === undefined && format === undefined) return {};
  return { output_config: { ...(effort === undefined ? {} : { effort }), ...(format ? { format } : {}) } };
}

/** Anthropic wants an opaque name. What its own clients send is one; of others we cannot know (spec/providers 3.1). */
const opaqueUser = ({ source }: ModelRequest, user: string) =>
  source.dialect === 'anthropic-messages' ? user : createHash('sha256').update(user).digest('hex');

const TIERS: Readonly<Record<string, string>> = {
  auto: 'auto',
  priority: 'auto',
  // Cheaper than the default at OpenAI: here, at least never the dearer one.
  flex: 'standard_only',
  default: 'standard_only',
  standard_only: 'standard_only',
};

const serviceTier = (tier: string | undefined): string | undefined =>
  tier !== undefined && Object.hasOwn(TIERS, tier) ? TIERS[tier] : undefined;
