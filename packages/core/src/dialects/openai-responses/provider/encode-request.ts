import { type Fault, isFault } from '../../../form/fault.ts';
import type { Json } from '../../../form/json.ts';
import { narrow } from '../../../form/parameter-table.ts';
import { effortOf } from '../../../form/reasoning-budget.ts';
import {
  type ModelRequest,
  type OutputFormat,
  type Parameters,
  type Reasoning,
  splitSystem,
} from '../../../form/request.ts';
import { TOOL_NAME_64, type WireNames, wireNames } from '../../../form/wire-names.ts';
import type { EncodedRequest, TargetModel } from '../../provider-dialect.ts';
import { asksForEncrypted, type Deviations, parametersOf, takesThoughts } from './deviations.ts';
import { writeInput } from './input-items.ts';
import { writeToolChoice, writeTools } from './tools.ts';

/** OpenAI refuses fewer (spec/providers 5.1). */
const MIN_OUTPUT = 16;
/** What a budget of thoughts is measured by when the caller sets no limit. */
const USUAL_OUTPUT = 32_768;

export function encodeRequest(
  request: ModelRequest,
  target: TargetModel,
  deviations: Deviations,
): EncodedRequest | Fault {
  const narrowed = narrow(request, parametersOf(deviations, target.model, request), target.provider.name);
  if (isFault(narrowed)) return narrowed;
  const { parameters } = narrowed;
  const names = wireNames(toolNames(request), TOOL_NAME_64);
  const { system, turns } = splitSystem(request.messages);
  // Instructions alone are no input, so they are said as messages.
  const input = writeInput(turns.length > 0 ? turns : request.messages, {
    names,
    path: [request.source.dialect === 'openai-responses' ? 'input' : 'messages'],
    takesThoughts: takesThoughts(deviations, target.model),
  });
  if (isFault(input)) return input;
  const tools = writeTools(request.tools, names);
  if (isFault(tools)) return tools;
  const instructions = turns.length > 0 ? system.map(({ text }) => text).join('\n\n') : '';
  const body: Json = {
    model: target.model,
    ...(instructions === '' ? {} : { instructions }),
    input,
    ...(request.stream ? { stream: true } : {}),
    ...(request.tools.length > 0 ? { tools: tools.tools, ...toolMembers(request, parameters, names) } : {}),
    ...parameterMembers(parameters, request, deviations),
    ...(deviations.withoutStore ? {} : { store: parameters.store ?? false }),
    ...includeMember(request, target.model, parameters, deviations),
  };
  return {
    path: deviations.path?.(target) ?? 'responses',
    query: '',
    headers: [],
    body,
    dropped: [...narrowed.dropped, ...tools.dropped],
    names,
  };
}

/** Those of the conversation too: calls come back under the names that they went out with. */
const toolNames = ({ tools, messages }: ModelRequest): string[] => [
  ...tools.flatMap((tool) => ('name' in tool ? [tool.name] : [])),
  ...messages.flatMap(({ role, content }) =>
    role === 'assistant' ? content.flatMap((it) => (it.kind === 'tool-call' ? [it.name] : [])) : [],
  ),
];

function toolMembers({ tools }: ModelRequest, parameters: Parameters, names: WireNames): Json {
  const { toolChoice, parallelToolCalls } = parameters;
  return {
    ...(toolChoice ? { tool_choice: writeToolChoice(toolChoice, tools, names) } : {}),
    ...(parallelToolCalls === undefined ? {} : { parallel_tool_calls: parallelToolCalls }),
  };
}

/** Everything that was kept and needs no tools. */
function parameterMembers(parameters: Parameters, request: ModelRequest, { efforts }: Deviations): Json {
  const { maxTokens, reasoning } = parameters;
  const user = request.source.names.user === 'safety_identifier' ? 'safety_identifier' : 'user';
  const all: Json = {
    max_output_tokens: maxTokens === undefined ? undefined : Math.max(MIN_OUTPUT, maxTokens),
    temperature: parameters.temperature,
    top_p: parameters.topP,
    top_logprobs: parameters.logprobs,
    text: filled(textMember(parameters)),
    reasoning: reasoning && filled(reasoningMember(reasoning, maxTokens, efforts)),
    [user]: parameters.user,
    metadata: parameters.metadata,
    // Anthropic's word for it.
    service_tier: parameters.serviceTier === 'standard_only' ? 'default' : parameters.serviceTier,
    prompt_cache_key: parameters.promptCacheKey,
    prompt_cache_retention: parameters.promptCacheRetention,
    truncation: parameters.truncation,
    max_tool_calls: parameters.maxToolCalls,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** An object with members, or nothing. */
const filled = (object: Json): Json | undefined => (Object.keys(object).length > 0 ? object : undefined);

const textMember = ({ outputFormat, verbosity }: Parameters): Json => ({
  ...(outputFormat ? { format: formatMember(outputFormat) } : {}),
  ...(verbosity === undefined ? {} : { verbosity }),
});

function formatMember(format: OutputFormat): Json {
  if (format.kind === 'json') return { type: 'json_object' };
  const { name, description, schema, strict } = format;
  return {
    type: 'json_schema',
    // Required here; other formats have none.
    name: name ?? 'answer',
    ...(description === undefined ? {} : { description }),
    schema,
    ...(strict === null ? {} : { strict }),
  };
}

/** Thoughts are told as a summary, and only to who asks (spec/providers 3.2). */
function reasoningMember(
  reasoning: Reasoning,
  maxTokens: number | undefined,
  words: Deviations['efforts'],
): Json {
  const effort = effortOf(reasoning, maxTokens ?? USUAL_OUTPUT);
  const word = effort && words ? words[effort] : effort;
  return {
    ...(word === null ? {} : { effort: word }),
    ...(reasoning.shown === true ? { summary: 'auto' } : {}),
  };
}

function includeMember(
  request: ModelRequest,
  model: string,
  parameters: Parameters,
  { encryptedReasoning }: Deviations,
): Json {
  const include = [
    ...(asksForEncrypted(encryptedReasoning, model, request) ? ['reasoning.encrypted_content'] : []),
    ...(parameters.logprobs === undefined ? [] : ['message.output_text.logprobs']),
  ];
  return include.length > 0 ? { include } : {};
}
