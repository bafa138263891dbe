import type { Block, CacheHint, TextBlock } from '../../../form/blocks.ts';
import type { Fault } from '../../../form/fault.ts';
import { type Json, residueOf } from '../../../form/json.ts';
import type { Message, ModelRequest } from '../../../form/request.ts';
import { readCache } from './common.ts';
import { decodeAssistant, decodeSystem, decodeSystemBlock, decodeUser } from './decode-blocks.ts';
import { decodeParameters, namesOf } from './decode-parameters.ts';
import { decodeTool } from './decode-tools.ts';
import { Faults, Fields } from './fields.ts';

/** `model` and `provider` say who is asked; others have read them. */
const KNOWN = [
  'model',
  'provider',
  'messages',
  'system',
  'tools',
  'tool_choice',
  'max_tokens',
  'temperature',
  'top_p',
  'top_k',
  'stop_sequences',
  'stream',
  'thinking',
  'output_config',
  'output_format',
  'metadata',
  'service_tier',
  'cache_control',
  'mcp_servers',
];

/** `POST /v1/messages` (spec/providers 3.2, 6.1). */
export function decodeRequest(body: Json): ModelRequest | Fault {
  const fields = new Fields(body, [], new Faults());
  if (fields.value.max_tokens === 0)
    fields.refuse(
      'max_tokens',
      'Only Anthropic itself takes "max_tokens": 0 (to warm its cache). Ask for at least 1.',
    );
  const maxTokens = fields.needed('max_tokens', fields.integer('max_tokens', 1), 1);
  const request = decode(fields, maxTokens);
  return fields.faults.first ?? request;
}

/** `POST /v1/messages/count_tokens`: the same request, which produces nothing and so has no limit. */
export function decodeCountTokens(body: Json): ModelRequest | Fault {
  const fields = new Fields(body, [], new Faults());
  const request = decode(fields, fields.integer('max_tokens', 0));
  return fields.faults.first ?? { ...request, stream: false };
}

function decode(body: Fields, maxTokens: number | undefined): ModelRequest {
  const parameters = {
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...decodeParameters(body),
  };
  if ((body.list('mcp_servers') ?? []).length > 0)
    body.refuse(
      'mcp_servers',
      'Only Anthropic itself can call the servers of "mcp_servers". Leave them out.',
    );
  return {
    messages: cached(decodeMessages(body), readCache(body).cache),
    tools: body.objects('tools').map(decodeTool),
    parameters,
    stream: body.boolean('stream') ?? false,
    includeUsage: true,
    unknown: said(residueOf(body.value, KNOWN)),
    source: { dialect: 'anthropic-messages', body: body.value, names: namesOf(parameters, body) },
  };
}

/** Members that are null ask for nothing. */
const said = (value: Json | null): Json =>
  Object.fromEntries(Object.entries(value ?? {}).filter(([, member]) => member !== null));

function decodeMessages(body: Fields): Message[] {
  const messages = body.objects('messages').map(decodeMessage);
  if (body.list('messages')?.length === 0) body.refuse('messages', 'At least one message is needed.');
  body.needed('messages', body.value.messages ?? undefined, []);
  const system = decodeSystemPrompt(body);
  return system.length > 0 ? [{ role: 'system', content: system }, ...messages] : messages;
}

function decodeSystemPrompt(body: Fields): TextBlock[] {
  const system = body.value.system;
  if (typeof system === 'string') return system === '' ? [] : [{ kind: 'text', text: system }];
  if (system !== undefined && !Array.isArray(system) && system !== null)
    body.refuse('system', '"system" must be a string or a list of text blocks.');
  if (!Array.isArray(system)) return [];
  return body
    .objects('system')
    .map(decodeSystemBlock)
    .filter((block) => block !== null);
}

function decodeMessage(message: Fields): Message {
  const role = message.oneOf('role', ['user', 'assistant', 'system']);
  switch (role) {
    case 'assistant':
      return { role, content: decodeAssistant(message) };
    case 'system':
      return { role, content: decodeSystem(message) };
    default:
      message.needed('role', message.text('role'), '');
      return { role: 'user', content: decodeUser(message) };
  }
}

/** `cache_control` of the whole request means the last block that can be cached. */
function cached(messages: readonly Message[], cache: CacheHint | undefined): readonly Message[] {
  const last = messages.at(-1);
  if (!cache || !last) return messages;
  return [...messages.slice(0, -1), withCache(last, cache)];
}

function withCache(message: Message, cache: CacheHint): Message {
  switch (message.role) {
    case 'system':
      return { ...message, content: lastCached(message.content, cache) };
    case 'user':
      return { ...message, content: lastCached(message.content, cache) };
    case 'assistant':
      return { ...message, content: lastCached(message.content, cache) };
  }
}

function lastCached<Content extends Block>(
  content: readonly Content[],
  cache: CacheHint,
): readonly Content[] {
  const last = content.at(-1);
  return !last || last.kind === 'reasoning' || last.cache
    ? content
    : [...content.slice(0, -1), { ...last, cache }];
}
