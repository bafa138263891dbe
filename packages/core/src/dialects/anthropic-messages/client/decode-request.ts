import type { Block, CacheHint } from '../../../form/blocks.ts';
import type { Fault } from '../../../form/fault.ts';
import { type Json, residueOf } from '../../../form/json.ts';
import type { Message, ModelRequest } from '../../../form/request.ts';
import { decoded, Field } from '../../request-field.ts';
import { readCache } from './common.ts';
import { decodeAssistant, decodeSystem, decodeUser } from './decode-blocks.ts';
import { decodeParameters, namesOf } from './decode-parameters.ts';
import { decodeTool } from './decode-tools.ts';

/** `model` and `provider` say who is asked, and others have read them; `anthropic_version` is for the clouds. */
const KNOWN = [
  'model',
  'provider',
  'anthropic_version',
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
export const decodeRequest = (body: Json): ModelRequest | Fault =>
  decoded(() => {
    const field = new Field(body);
    const limit = field.at('max_tokens');
    if (limit.value === 0)
      limit.fail('Only Anthropic itself takes 0, to warm its cache. Ask for at least 1 token.');
    return decode(field, limit.count(1));
  });

/** `POST /v1/messages/count_tokens`: the same request, which produces nothing and so has no limit. */
export const decodeCountTokens = (body: Json): ModelRequest | Fault =>
  decoded(() => ({ ...decode(new Field(body), undefined), stream: false }));

/**
 * A conversation that the server would hold. Anthropic's SDK asks for one whenever it runs tools, and sends the whole
 * history instead when it reads these words.
 */
const refuseThread = (thread: Field): never =>
  thread.fail('Only Anthropic itself keeps message threads. Send the whole conversation.', {
    error_code: 'thread_unsupported_request',
    unsupported: ['thread'],
  });

function decode(body: Field, maxTokens: number | undefined): ModelRequest {
  body.optional('thread', refuseThread);
  const parameters = {
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...decodeParameters(body),
  };
  const servers = body.at('mcp_servers').given;
  if (servers && servers.list().length > 0)
    servers.fail('Only Anthropic itself can call MCP servers. Leave them out.');
  return {
    messages: cached([...decodeSystemPrompt(body), ...decodeMessages(body)], readCache(body).cache),
    tools: body.optional('tools', (tools) => tools.list().map(decodeTool)) ?? [],
    parameters,
    stream: body.optional('stream', (stream) => stream.boolean()) ?? false,
    includeUsage: true,
    unknown: said(residueOf(body.object(), KNOWN)),
    source: { dialect: 'anthropic-messages', body: body.object(), names: namesOf(parameters, body) },
  };
}

/** Members that are null ask for nothing. */
const said = (value: Json | null): Json =>
  Object.fromEntries(Object.entries(value ?? {}).filter(([, member]) => member !== null));

function decodeSystemPrompt(body: Field): Message[] {
  const content = body.optional('system', decodeSystem) ?? [];
  return content.some(({ text }) => text !== '') ? [{ role: 'system', content }] : [];
}

function decodeMessages(body: Field): Message[] {
  const messages = body.at('messages').list();
  return messages.length === 0
    ? body.at('messages').fail('At least one message is needed.')
    : messages.map(decodeMessage);
}

function decodeMessage(message: Field): Message {
  const role = message.at('role').oneOf(['user', 'assistant', 'system']);
  const content = message.at('content');
  switch (role) {
    case 'user':
      return { role, content: decodeUser(content) };
    case 'assistant':
      return { role, content: decodeAssistant(content) };
    case 'system':
      return { role, content: decodeSystem(content) };
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
