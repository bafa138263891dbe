import { type Fault, isFault } from '../../../form/fault.ts';
import type { Json } from '../../../form/json.ts';
import { type Narrowed, narrow } from '../../../form/parameter-table.ts';
import {
  type ModelRequest,
  nameOf,
  type ParameterName,
  type Parameters,
  splitSystem,
  type Tool,
} from '../../../form/request.ts';
import type { Turn } from '../../../form/turns.ts';
import { TOOL_NAME_128, type WireNames, wireNames } from '../../../form/wire-names.ts';
import { type MessagesModel, messagesModel } from '../../claude-models.ts';
import { withoutEmptyWishes } from '../../empty-wishes.ts';
import type { EncodedRequest, TargetModel } from '../../provider-dialect.ts';
import { limitBreakpoints } from './cache-breakpoints.ts';
import { droppedOfTools, encodeTool, offeredTools, type ToolContext } from './encode-tools.ts';
import { calledNames, encodeTurns } from './encode-turns.ts';
import { parametersOf } from './parameters.ts';
import { type OutputPlan, planOutput } from './plan-output.ts';
import { planThinking, type ThinkingPlan } from './plan-thinking.ts';
import type { Platform } from './platform.ts';
import { continuesWithoutThinking, prepareEnd, prepareTurns } from './prepare-turns.ts';
import {
  chooseSampling,
  tierOf,
  writeChoice,
  writeOutputConfig,
  writeStops,
  writeSystem,
  writeUser,
} from './write-members.ts';

/** The form as a body of `POST /v1/messages`, for whoever serves it (spec/providers 3.1, 6.1, 8.4). */
export function encodeRequest(
  request: ModelRequest,
  target: TargetModel,
  platform: Platform,
): EncodedRequest | Fault {
  const model = messagesModel(target.model);
  const table = parametersOf(model, platform.hasServiceTiers);
  const narrowed = narrow(withoutEmptyWishes(request, table), table, target.provider.name);
  if (isFault(narrowed)) return narrowed;
  const plan = planRequest(request, narrowed, model, target.provider.name);
  if (isFault(plan)) return plan;
  const body = writeBody(request, plan, target, platform);
  if (isFault(body)) return body;
  const limited = limitBreakpoints(body);
  return {
    path: platform.path(target.model, request.stream),
    query: '',
    headers: platform.headers,
    body: limited.body,
    dropped: [
      ...narrowed.dropped,
      ...droppedOfTools(plan.offered),
      ...alsoDropped(plan).map((parameter) => nameOf(request, parameter)),
      ...(limited.isChanged ? ['cache_control'] : []),
    ],
    names: plan.names,
    ...(plan.output.tool ? { outputTool: plan.output.tool.name } : {}),
  };
}

/** What is decided before anything is written. */
interface RequestPlan {
  readonly model: MessagesModel;
  readonly parameters: Parameters;
  readonly turns: readonly Turn[];
  /** The caller's tools that the model may see. */
  readonly offered: readonly Tool[];
  readonly thinking: ThinkingPlan;
  readonly output: OutputPlan;
  readonly names: WireNames;
}

function planRequest(
  request: ModelRequest,
  { parameters }: Narrowed,
  model: MessagesModel,
  provider: string,
): RequestPlan | Fault {
  const prepared = prepareTurns(splitSystem(request.messages).turns, provider);
  if (isFault(prepared)) return prepared;
  const offered = offeredTools(request.tools, parameters.toolChoice);
  const thinking = planThinking(parameters, model, {
    forcesCall: offered.length > 0 && forcesCall(parameters),
    continuesWithoutThinking: continuesWithoutThinking(prepared),
  });
  const turns = prepareEnd(prepared, thinking.isOn);
  const toolNames = offered.flatMap((tool) => ('name' in tool ? [tool.name] : []));
  return {
    model,
    parameters,
    turns,
    offered,
    thinking,
    output: planOutput(parameters.outputFormat, model, {
      thinks: thinking.isOn,
      tools: toolNames,
      choice: parameters.toolChoice,
    }),
    names: wireNames([...toolNames, ...calledNames(turns)], TOOL_NAME_128),
  };
}

const forcesCall = ({ toolChoice }: Parameters) =>
  toolChoice?.kind === 'required' ||
  toolChoice?.kind === 'tool' ||
  (toolChoice?.kind === 'allowed' && toolChoice.mode === 'required');

function writeBody(
  request: ModelRequest,
  plan: RequestPlan,
  target: TargetModel,
  platform: Platform,
): Json | Fault {
  const { model, parameters, thinking, output, names } = plan;
  const provider = target.provider.name;
  const messages = encodeTurns(plan.turns, { provider, fetches: platform.fetches, names });
  if (isFault(messages)) return messages;
  const tools = encodeTools(plan, { model, platform, provider, names });
  if (isFault(tools)) return tools;
  const tier = parameters.serviceTier === undefined ? null : tierOf(parameters.serviceTier);
  return {
    ...(platform.namesModel ? { model: target.model } : {}),
    ...platform.body,
    max_tokens: thinking.maxTokens,
    ...writeSystem(splitSystem(request.messages).system, output.line),
    messages,
    ...(tools.length > 0 ? { tools } : {}),
    ...writeChoice(parameters, output, tools.length > 0, names),
    ...chooseSampling(parameters, model, thinking).body,
    ...writeStops(parameters.stop),
    ...(thinking.thinking ? { thinking: thinking.thinking } : {}),
    ...writeOutputConfig(thinking, output),
    ...writeUser(request, parameters),
    ...(tier === null ? {} : { service_tier: tier }),
    ...(platform.saysStream && request.stream ? { stream: true } : {}),
  };
}

function encodeTools(
  { offered, output: { tool } }: RequestPlan,
  context: ToolContext,
): readonly Json[] | Fault {
  const own: readonly Tool[] = tool ? [{ kind: 'function', strict: null, ...tool }] : [];
  const tools: Json[] = [];
  for (const it of [...offered, ...own]) {
    const written = encodeTool(it, context);
    if (isFault(written)) return written;
    tools.push(written);
  }
  return tools;
}

/** Parameters that the format has a field for, but not together with what else is asked. */
function alsoDropped({ model, parameters, thinking }: RequestPlan): readonly ParameterName[] {
  const { serviceTier } = parameters;
  return [
    ...(thinking.isDropped ? (['reasoning'] as const) : []),
    ...chooseSampling(parameters, model, thinking).dropped,
    ...(serviceTier !== undefined && tierOf(serviceTier) === null ? (['serviceTier'] as const) : []),
  ];
}
