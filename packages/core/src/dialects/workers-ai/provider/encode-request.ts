import { type Fault, fault, isFault } from '../../../form/fault.ts';
import type { Json } from '../../../form/json.ts';
import { narrow } from '../../../form/parameter-table.ts';
import {
  type ModelRequest,
  type OutputFormat,
  type Parameters,
  splitSystem,
  type Tool,
  type ToolChoice,
} from '../../../form/request.ts';
import { pairCalls, strictTurns } from '../../../form/turns.ts';
import { TOOL_NAME_64, type WireNames, wireNames } from '../../../form/wire-names.ts';
import { withoutEmptyWishes } from '../../empty-wishes.ts';
import type { EncodedRequest, TargetModel } from '../../provider-dialect.ts';
import { sayable } from '../../sayable.ts';
import { DEFAULT_MAX_TOKENS, WORKERS_AI_PARAMETERS } from '../parameters.ts';
import { encodeMessages } from './messages.ts';

/** A request to Workers AI's `run/{model}` (spec/providers 11). The model's slashes stay as they are. */
export function encodeRequest(request: ModelRequest, target: TargetModel): EncodedRequest | Fault {
  const narrowed = narrow(
    withoutEmptyWishes(request, WORKERS_AI_PARAMETERS),
    WORKERS_AI_PARAMETERS,
    target.provider.name,
  );
  if (isFault(narrowed)) return narrowed;
  const { parameters } = narrowed;
  const names = wireNames(
    request.tools.flatMap((tool) => ('name' in tool ? [tool.name] : [])),
    TOOL_NAME_64,
  );
  const tools = encodeTools(request.tools, parameters.toolChoice, names);
  if (isFault(tools)) return tools;
  const { system, turns } = splitSystem(sayable(request.messages, 'workers-ai'));
  const conversation = pairCalls(strictTurns(turns));
  if (isFault(conversation)) return conversation;
  if (conversation.length === 0) return fault(['messages'], 'There is no message besides the system prompt.');
  const messages = encodeMessages(conversation, names);
  if (isFault(messages)) return messages;
  const instructions = system.map(({ text }) => text).join('\n\n');
  const format = parameters.outputFormat;
  return {
    path: `run/${target.model.split('/').map(segment).join('/')}`,
    query: '',
    headers: [],
    body: {
      messages: [...(instructions === '' ? [] : [{ role: 'system', content: instructions }]), ...messages],
      ...tuning(parameters),
      ...tools,
      ...(format ? { response_format: responseFormat(format) } : {}),
      // Several models refuse to stream a format (error 5023): the whole answer becomes the stream.
      ...(request.stream && !format ? { stream: true } : {}),
    },
    dropped: narrowed.dropped,
    names,
  };
}

const segment = (name: string) => encodeURIComponent(name).replaceAll('%40', '@');

function tuning(parameters: Parameters): Json {
  const fields: Json = {
    max_tokens: parameters.maxTokens ?? DEFAULT_MAX_TOKENS,
    temperature: parameters.temperature,
    top_p: parameters.topP,
    top_k: parameters.topK,
    seed: parameters.seed,
    frequency_penalty: parameters.frequencyPenalty,
    presence_penalty: parameters.presencePenalty,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** The bare schema, without the envelope that OpenAI has around it. */
const responseFormat = (format: OutputFormat): Json =>
  format.kind === 'json' ? { type: 'json_object' } : { type: 'json_schema', json_schema: format.schema };

/** A choice of some tools sends only those: the service takes `required` for advice, and names not at all. */
function encodeTools(tools: readonly Tool[], choice: ToolChoice | undefined, names: WireNames): Json | Fault {
  const allowed = choice?.kind === 'tool' ? [choice.name] : choice?.kind === 'allowed' ? choice.names : null;
  const sent: Json[] = [];
  for (const [index, tool] of tools.entries()) {
    if (tool.kind !== 'function')
      return fault(['tools', String(index)], 'Workers AI has functions only, and this tool is none.');
    const { name, description = '', schema } = tool;
    if (allowed && !allowed.includes(name)) continue;
    const parameters = schema ?? { type: 'object', properties: {} };
    sent.push({ type: 'function', function: { name: names.toWire(name), description, parameters } });
  }
  if (sent.length === 0 && tools.length > 0)
    return fault(['tool_choice'], 'The choice names no tool that is offered.');
  if (sent.length === 0) return {};
  const word = choice && choiceWord(choice);
  return { tools: sent, ...(word ? { tool_choice: word } : {}) };
}

function choiceWord(choice: ToolChoice): string | null {
  if (choice.kind === 'tool') return 'required';
  const word = choice.kind === 'allowed' ? choice.mode : choice.kind;
  return word === 'auto' ? null : word;
}
