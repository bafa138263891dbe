import type { ToolResultBlock } from '../../../form/blocks.ts';
import { type Json, residueOf } from '../../../form/json.ts';
import type { Message } from '../../../form/request.ts';
import { type Field, shown } from '../../request-field.ts';
import { decodeAssistant } from './decode-assistant.ts';
import { decodeContent, decodeTexts } from './decode-parts.ts';

export interface Conversation {
  readonly messages: readonly Message[];
  /** Fields of messages that the form has no place for, as `messages[].name`. */
  readonly unknown: Json;
}

const ROLES = ['system', 'developer', 'user', 'assistant', 'tool', 'function'] as const;
type Role = (typeof ROLES)[number];

const KNOWN: Readonly<Record<Role, readonly string[]>> = {
  system: ['role', 'content'],
  developer: ['role', 'content'],
  user: ['role', 'content'],
  // What an answer of ours or of OpenAI holds comes back as it was; not all of it says something to the model.
  assistant: [
    'role',
    'content',
    'refusal',
    'tool_calls',
    'function_call',
    'audio',
    'images',
    'annotations',
    'reasoning',
    'reasoning_content',
    'reasoning_details',
    'parsed',
  ],
  tool: ['role', 'content', 'tool_call_id', 'name'],
  function: ['role', 'content', 'name'],
};

/** The conversation, in its order. Results of calls are user turns; those that stand together are one turn. */
export function decodeMessages(field: Field): Conversation {
  const list = field.list();
  if (list.length === 0) field.fail('There must be at least one message.');
  const messages: Message[] = [];
  const unknown: Record<string, unknown> = {};
  const calls = new Calls();
  let joinsResults = false;
  for (const [index, message] of list.entries()) {
    const role = message.at('role').oneOf(ROLES);
    for (const [key, value] of Object.entries(residueOf(message.object(), KNOWN[role]) ?? {}))
      if (value !== null) unknown[`messages[].${key}`] = value;
    const read = readMessage(message, role, index, calls);
    const isResult = role === 'tool' || role === 'function';
    const last = messages.at(-1);
    if (isResult && joinsResults && last?.role === 'user' && read.role === 'user')
      messages[messages.length - 1] = { role: 'user', content: [...last.content, ...read.content] };
    else messages.push(read);
    joinsResults = isResult;
  }
  return { messages, unknown };
}

function readMessage(message: Field, role: Role, index: number, calls: Calls): Message {
  switch (role) {
    case 'system':
    case 'developer':
      return { role: 'system', content: decodeTexts(message.at('content')) };
    case 'user':
      return { role: 'user', content: decodeContent(message.at('content')) };
    case 'assistant': {
      const content = decodeAssistant(message, `call_function_${index}`);
      for (const block of content) if (block.kind === 'tool-call') calls.add(block.id, block.name);
      return { role: 'assistant', content };
    }
    case 'tool':
      return { role: 'user', content: [readResult(message, calls)] };
    case 'function':
      return { role: 'user', content: [readFunctionResult(message, calls)] };
  }
}

/** The calls so far, by their ids. */
class Calls {
  readonly #names = new Map<string, string>();

  add(id: string, name: string) {
    this.#names.set(id, name);
  }

  has = (id: string) => this.#names.has(id);

  /** The latest call of a function: the old format has no ids. */
  latestOf(name: string): string | undefined {
    return [...this.#names].findLast(([, it]) => it === name)?.[0];
  }
}

function readResult(message: Field, calls: Calls): ToolResultBlock {
  const callId = message.at('tool_call_id').name();
  if (!calls.has(callId))
    message
      .at('tool_call_id')
      .fail(`No message before this one makes the call "${shown(callId)}" in its "tool_calls".`);
  const name = message.at('name').given?.text();
  return {
    kind: 'tool-result',
    callId,
    ...(name === undefined ? {} : { name }),
    content: resultContent(message.at('content')),
    isError: false,
  };
}

function readFunctionResult(message: Field, calls: Calls): ToolResultBlock {
  const name = message.at('name').name();
  const callId = calls.latestOf(name);
  if (callId === undefined)
    return message.at('name').fail(`No message before this one calls the function "${shown(name)}".`);
  return { kind: 'tool-result', callId, name, content: resultContent(message.at('content')), isError: false };
}

function resultContent(content: Field): ToolResultBlock['content'] {
  if (content.isAbsent) return [];
  return decodeContent(content).map((block) =>
    block.kind === 'audio' ? content.fail('A tool result cannot hold audio.') : block,
  );
}
