import { type Fault, fault, isFault } from '../../../form/fault.ts';
import type { Json } from '../../../form/json.ts';
import { type Narrowed, narrow } from '../../../form/parameter-table.ts';
import {
  type ModelRequest,
  nameOf,
  type ParameterName,
  type Parameters,
  splitSystem,
} from '../../../form/request.ts';
import type { Turn } from '../../../form/turns.ts';
import { TOOL_NAME_64, wireNames } from '../../../form/wire-names.ts';
import { bedrockAddress, bedrockPath } from '../../bedrock-address.ts';
import type { EncodedRequest, TargetModel } from '../../provider-dialect.ts';
import { type ConverseModel, converseModel } from '../models.ts';
import { parametersOf } from '../parameters.ts';
import { type OutputPlan, planOutput } from './encode-output.ts';
import { mayThink, planThinking, quiet, type Thinking } from './encode-thinking.ts';
import { encodeTools } from './encode-tools.ts';
import { converseTurns, encodeTurns } from './encode-turns.ts';
import { cached, type Speech, speech as speechOf } from './speech.ts';
import { requestMetadata, serviceTier } from './tuning.ts';

/** A request as Converse takes it (spec/providers 8.1), or what it cannot say. */
export function encodeRequest(request: ModelRequest, target: TargetModel): EncodedRequest | Fault {
  const model = converseModel(bedrockAddress(target.model).model);
  const narrowed = narrow(request, parametersOf(model), target.provider.name);
  if (isFault(narrowed)) return narrowed;
  const { system, turns: messages } = splitSystem(request.messages);
  // A prompt of nothing but instructions is the user's.
  const turns = converseTurns(messages.length > 0 ? messages : [{ role: 'user', content: system }], model);
  if (isFault(turns)) return turns;
  if (turns.length === 0) return fault(['messages'], 'There is nothing to answer: every message is empty.');

  const names = wireNames(toolNames(request, turns), TOOL_NAME_64);
  const speech = speechOf(model, names, narrowed.dropped);
  const { parameters } = narrowed;
  const thinking = thinkingOf(request, narrowed, turns, speech);
  const output = planOutput(parameters, request.tools, model, thinking.isOn);
  const toolConfig = encodeTools(
    {
      tools: request.tools,
      choice: parameters.toolChoice,
      choiceName: nameOf(request, 'toolChoice'),
      output,
      turns,
    },
    speech,
  );
  const written = encodeTurns(turns, { thinks: thinking.isOn }, speech);
  const prompt = messages.length > 0 ? system : [];
  const instructions = [
    ...prompt
      .filter(({ text }) => text.trim() !== '')
      .flatMap(({ text, cache }) => cached(speech, [{ text }], cache)),
    ...lineOf(output).map((text): Json => ({ text })),
  ];
  const drop = (parameter: ParameterName) => speech.dropped.add(nameOf(request, parameter));
  const metadata = requestMetadata(parameters, drop);
  const tier = serviceTier(parameters, drop);
  const sequential = parameters.parallelToolCalls === false && toolConfig !== null;
  const fields = additionalFields(parameters, thinking, output, model, sequential ? toolConfig : null);
  const [refused] = speech.faults;
  if (refused) return refused;
  const inferenceConfig = inference(request, parameters, thinking, speech);
  return {
    path: bedrockPath(target.model, request.stream ? 'converse-stream' : 'converse'),
    query: '',
    headers: [],
    body: {
      messages: written,
      ...(instructions.length > 0 ? { system: instructions } : {}),
      ...(Object.keys(inferenceConfig).length > 0 ? { inferenceConfig } : {}),
      ...(toolConfig ? { toolConfig: sequential ? { tools: toolConfig.tools } : toolConfig } : {}),
      ...(output.kind === 'text-format' ? { outputConfig: output.outputConfig } : {}),
      ...(Object.keys(fields).length > 0 ? { additionalModelRequestFields: fields } : {}),
      ...(asksWhichStop(parameters, model) ? { additionalModelResponseFieldPaths: STOP_PATHS } : {}),
      ...(metadata ? { requestMetadata: metadata } : {}),
      ...(tier ? { serviceTier: tier } : {}),
    },
    dropped: [...speech.dropped],
    names,
    ...(output.kind === 'tool' ? { outputTool: output.tool.name } : {}),
  };
}

function toolNames({ tools }: ModelRequest, turns: readonly Turn[]): Set<string> {
  const called = turns.flatMap(({ content }) =>
    content.flatMap((it) => (it.kind === 'tool-call' ? [it.name] : [])),
  );
  return new Set([...tools.flatMap((tool) => ('name' in tool ? [tool.name] : [])), ...called]);
}

/** A forced tool, and a conversation without its proofs, exclude thinking (spec/providers 8.1, 2.9). */
function thinkingOf(
  request: ModelRequest,
  narrowed: Narrowed,
  turns: readonly Turn[],
  speech: Speech,
): Thinking {
  const { parameters } = narrowed;
  const planned = planThinking(parameters, speech.model);
  const { toolChoice } = parameters;
  const isForced =
    toolChoice?.kind === 'required' ||
    toolChoice?.kind === 'tool' ||
    (toolChoice?.kind === 'allowed' && toolChoice.mode === 'required');
  const cannot = planned.isOn && ((isForced && request.tools.length > 0) || !mayThink(turns, planned));
  const given = parameters.reasoning?.effort ?? parameters.reasoning?.budget;
  const isAsked = given !== undefined && given !== 'none' && given !== 0;
  const isLost = cannot || (isAsked && Object.keys(planned.fields).length === 0);
  if (isLost) speech.dropped.add(nameOf(request, 'reasoning'));
  return cannot ? quiet(parameters.maxTokens) : planned;
}

const lineOf = (output: OutputPlan): string[] =>
  output.kind === 'line' || output.kind === 'tool' ? [output.line ?? ''].filter((line) => line !== '') : [];

function inference(request: ModelRequest, parameters: Parameters, thinking: Thinking, speech: Speech): Json {
  const { temperature, topP, stop } = without(request, parameters, thinking, speech);
  const words = stop?.filter((word) => word.trim() !== '') ?? [];
  if (stop && words.length < stop.length) speech.dropped.add(nameOf(request, 'stop'));
  return {
    ...(thinking.maxTokens === undefined ? {} : { maxTokens: thinking.maxTokens }),
    ...(temperature === undefined ? {} : { temperature: Math.min(1, temperature) }),
    ...(topP === undefined ? {} : { topP }),
    ...(words.length > 0 ? { stopSequences: words } : {}),
  };
}

/** Sampling parameters without those that exclude each other or thinking; what goes is named. */
function without(request: ModelRequest, given: Parameters, thinking: Thinking, speech: Speech): Parameters {
  const isBoth = given.temperature !== undefined && given.topP !== undefined;
  const excluded: ParameterName[] =
    isBoth && speech.model.sampling === 'one-of' ? ['topP', ...thinking.excludes] : [...thinking.excludes];
  for (const name of excluded) if (given[name] !== undefined) speech.dropped.add(nameOf(request, name));
  return Object.fromEntries(Object.entries(given).filter(([name]) => !excluded.some((it) => it === name)));
}

/** To learn which one ended the answer. Claude tells it there; which of the two, by the operation. */
const STOP_PATHS = ['/stop_sequence', '/delta/stop_sequence'];

const asksWhichStop = ({ stop }: Parameters, { vendor }: ConverseModel) =>
  vendor === 'anthropic' && stop?.some((word) => word.trim() !== '') === true;

/** What only the model itself has a field for (spec/providers 8.1). */
function additionalFields(
  { topK }: Parameters,
  { fields, effort, excludes }: Thinking,
  output: OutputPlan,
  { vendor }: ConverseModel,
  toolConfig: Json | null,
): Json {
  const config = {
    ...(output.kind === 'fields' ? { format: output.format } : {}),
    ...(effort === undefined ? {} : { effort }),
  };
  const hasTopK = topK !== undefined && !excludes.includes('topK');
  return {
    ...fields,
    ...(hasTopK ? (vendor === 'amazon' ? { inferenceConfig: { topK } } : { top_k: topK }) : {}),
    ...(Object.keys(config).length > 0 ? { output_config: config } : {}),
    ...(toolConfig ? { tool_choice: oneAtATime(toolConfig) } : {}),
  };
}

/** Claude's own choice instead of Converse's, which has no word for it. */
function oneAtATime({ toolChoice }: Json): Json {
  const choice = (toolChoice ?? {}) as { any?: unknown; tool?: { name: string } };
  const named = choice.tool ? { type: 'tool', name: choice.tool.name } : null;
  return { ...(named ?? { type: choice.any ? 'any' : 'auto' }), disable_parallel_tool_use: true };
}
