import { type Fault, fault, isFault } from '../../../form/fault.ts';
import type { Json } from '../../../form/json.ts';
import { narrow } from '../../../form/parameter-table.ts';
import { budgetOf } from '../../../form/reasoning-budget.ts';
import {
  type ModelRequest,
  nameOf,
  type OutputFormat,
  type Parameters,
  type Reasoning,
  splitSystem,
} from '../../../form/request.ts';
import { pairCalls, strictTurns } from '../../../form/turns.ts';
import { TOOL_NAME_64, wireNames } from '../../../form/wire-names.ts';
import { withoutEmptyWishes } from '../../empty-wishes.ts';
import { jsonInWords } from '../../json-in-words.ts';
import type { EncodedRequest, TargetModel } from '../../provider-dialect.ts';
import { sayable } from '../../sayable.ts';
import { parametersOf } from '../parameters.ts';
import { encodeMessages } from './messages.ts';
import { encodeTools } from './tools.ts';

/** A request to Cohere's `v2/chat` (spec/providers 10). */
export function encodeRequest(request: ModelRequest, target: TargetModel): EncodedRequest | Fault {
  const table = parametersOf(target.model);
  const narrowed = narrow(withoutEmptyWishes(request, table), table, target.provider.name);
  if (isFault(narrowed)) return narrowed;
  const { parameters } = narrowed;
  const names = wireNames(
    request.tools.flatMap((tool) => ('name' in tool ? [tool.name] : [])),
    TOOL_NAME_64,
  );
  const tools = encodeTools(request.tools, parameters.toolChoice, names);
  if (isFault(tools)) return tools;
  const { system, turns } = splitSystem(sayable(request.messages, 'cohere'));
  const conversation = pairCalls(strictTurns(turns));
  if (isFault(conversation)) return conversation;
  if (conversation.length === 0) return fault(['messages'], 'There is no message besides the system prompt.');
  const messages = encodeMessages(conversation, names);
  if (isFault(messages)) return messages;

  const format = parameters.outputFormat;
  const hasTools = 'tools' in tools;
  const instructions = [
    ...system.map(({ text }) => text),
    // Cohere refuses its format beside tools.
    ...(format && hasTools ? [jsonInWords(format)] : []),
  ].join('\n\n');
  return {
    path: 'v2/chat',
    query: '',
    headers: [],
    body: {
      model: target.model,
      messages: [...(instructions === '' ? [] : [{ role: 'system', content: instructions }]), ...messages],
      ...tools,
      ...tuning(parameters),
      ...(format && !hasTools ? { response_format: responseFormat(format) } : {}),
      ...(request.stream ? { stream: true } : {}),
    },
    dropped: [...narrowed.dropped, ...droppedBeside(request, parameters)],
    names,
  };
}

/** In what takes up to 32,000 tokens an effort is a share of that. */
const MAX_OUTPUT = 32_000;

function tuning(parameters: Parameters): Json {
  const { frequencyPenalty, presencePenalty, reasoning } = parameters;
  const fields: Json = {
    max_tokens: parameters.maxTokens,
    temperature: parameters.temperature,
    p: parameters.topP,
    k: parameters.topK,
    seed: parameters.seed,
    stop_sequences: parameters.stop,
    frequency_penalty: frequencyPenalty,
    // Only one of the two is taken.
    presence_penalty: frequencyPenalty ? undefined : presencePenalty,
    logprobs: parameters.logprobs === undefined ? undefined : true,
    thinking: reasoning && thinking(reasoning, parameters.maxTokens ?? MAX_OUTPUT),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function thinking(reasoning: Reasoning, maxOutput: number): Json | undefined {
  const budget = budgetOf(reasoning, maxOutput);
  if (budget === null) return reasoning.shown === true ? { type: 'enabled' } : undefined;
  return budget <= 0 ? { type: 'disabled' } : { type: 'enabled', token_budget: budget };
}

const responseFormat = (format: OutputFormat): Json => ({
  type: 'json_object',
  ...(format.kind === 'json-schema' ? { json_schema: format.schema } : {}),
});

/** What was kept but for a part that Cohere has no field for. */
function droppedBeside(request: ModelRequest, parameters: Parameters): readonly string[] {
  return [
    ...(parameters.frequencyPenalty && parameters.presencePenalty !== undefined
      ? [nameOf(request, 'presencePenalty')]
      : []),
    ...((parameters.logprobs ?? 0) > 0 ? ['top_logprobs'] : []),
  ];
}
