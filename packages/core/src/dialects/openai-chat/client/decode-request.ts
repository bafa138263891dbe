import type { Fault } from '../../../form/fault.ts';
import { type Json, residueOf } from '../../../form/json.ts';
import type { ModelRequest } from '../../../form/request.ts';
import { decoded, Field } from '../../request-field.ts';
import { decodeMessages } from './decode-messages.ts';
import { decodeParameters, PARAMETER_FIELDS } from './decode-parameters.ts';
import { decodeToolChoice, decodeTools } from './decode-tools.ts';

const KNOWN = [
  'model',
  'messages',
  'stream',
  'stream_options',
  'tools',
  'functions',
  'tool_choice',
  'function_call',
  'parallel_tool_calls',
  'web_search_options',
  ...PARAMETER_FIELDS,
];

/** A chat request in the form (spec/providers 3.1, 4.1). */
export const decodeRequest = (body: Json): ModelRequest | Fault =>
  decoded(() => readRequest(new Field(body)));

function readRequest(body: Field): ModelRequest {
  const conversation = decodeMessages(body.at('messages'));
  const tools = decodeTools(body);
  const { parameters, names, unknown } = decodeParameters(body);
  const choice = decodeToolChoice(body, tools);
  const options = body.at('stream_options').given;
  const padding = options?.at('include_obfuscation').given?.boolean();
  return {
    messages: conversation.messages,
    tools,
    parameters: { ...parameters, ...choice.parameters },
    stream: body.at('stream').given?.boolean() ?? false,
    includeUsage: options?.at('include_usage').given?.boolean() ?? false,
    unknown: {
      ...conversation.unknown,
      ...unknown,
      ...(padding === true ? { 'stream_options.include_obfuscation': true } : {}),
      ...present(residueOf(body.object(), KNOWN)),
    },
    source: { dialect: 'openai-chat', body: body.object(), names: { ...names, ...choice.names } },
  };
}

const present = (fields: Json | null): Json =>
  Object.fromEntries(
    Object.entries(fields ?? {}).filter(([, value]) => value !== null && value !== undefined),
  );
