import { assertNever } from '../../../assert-never.ts';
import type {
  AssistantBlock,
  ImageBlock,
  OpaqueBlock,
  ReasoningBlock,
  ToolCallBlock,
  ToolResultBlock,
  UserBlock,
} from '../../../form/blocks.ts';
import { type Fault, fault, isFault } from '../../../form/fault.ts';
import { type Json, listAt } from '../../../form/json.ts';
import type { Residue } from '../../../form/provenance.ts';
import type { Message } from '../../../form/request.ts';
import { type NameRule, type WireNames, wireName } from '../../../form/wire-names.ts';
import { shown } from '../../request-field.ts';
import { resultText } from '../../tool-results.ts';
import { DIALECT, itemMembers } from '../residue.ts';
import { inputPart, textPart } from './input-parts.ts';

/** Any characters, but no more than this (spec/providers 2.5). */
const CALL_ID: NameRule = { forbidden: /(?!)/g, maxLength: 64 };

/** What all items of one conversation are written with. */
export interface Conversation {
  readonly names: WireNames;
  /** What the client calls the conversation. Its places in it are other than the form's, so none is named. */
  readonly path: readonly string[];
  /** Whether the model takes thoughts back. */
  readonly takesThoughts: boolean;
}

/**
 * A conversation as items. Items that come back carry no ids of their own: nothing is stored that an id could find
 * (spec/providers 5.1).
 */
export function writeInput(messages: readonly Message[], conversation: Conversation): Json[] | Fault {
  const items: Json[] = [];
  for (const message of messages) {
    const written = writeMessage(message, conversation);
    if (isFault(written)) return written;
    items.push(...written);
  }
  return answered(items, conversation.path);
}

function writeMessage(message: Message, conversation: Conversation): Json[] | Fault {
  switch (message.role) {
    case 'system':
      return message.content.length > 0 ? [messageItem('system', message.content.map(textPart))] : [];
    case 'user':
      return userItems(message.content, conversation.path);
    case 'assistant':
      return assistantItems(message.content, conversation);
    default:
      return assertNever(message);
  }
}

const messageItem = (role: string, content: readonly Json[]): Json => ({ type: 'message', role, content });

/** Results are items of their own; what stands between them is a message. */
function userItems(blocks: readonly UserBlock[], path: readonly string[]): Json[] | Fault {
  const items: Json[] = [];
  let parts: Json[] = [];
  const flush = () => {
    if (parts.length > 0) items.push(messageItem('user', parts));
    parts = [];
  };
  for (const block of blocks) {
    if (block.kind === 'tool-result' || block.kind === 'opaque') {
      const item = block.kind === 'opaque' ? ownItem(block) : resultItem(block, path);
      if (isFault(item)) return item;
      flush();
      if (item) items.push(item);
      continue;
    }
    const part =
      block.kind === 'audio' ? fault(path, 'OpenAI Responses take no audio.') : inputPart(block, path);
    if (isFault(part)) return part;
    parts.push(part);
  }
  flush();
  return items;
}

/** A turn of the model: its texts in one message, each call and each thought an item of its own. */
function assistantItems(blocks: readonly AssistantBlock[], conversation: Conversation): Json[] | Fault {
  const items: Json[] = [];
  for (const block of blocks) {
    const item = assistantItem(block, conversation);
    if (isFault(item)) return item;
    if (!item) continue;
    const last = items.at(-1);
    const goesOn = item.type === 'message' && last?.type === 'message' && item.phase === last.phase;
    if (goesOn) items[items.length - 1] = { ...last, content: [...parts(last), ...parts(item)] };
    else items.push(item);
  }
  return followed(items);
}

const parts = (message: Json): readonly unknown[] => listAt(message, 'content');

/** Reasoning without an item after it is refused (spec/providers 2.9, 5.1). */
const followed = (items: readonly Json[]): Json[] =>
  items.filter(
    (item, index) =>
      item.type !== 'reasoning' || items.slice(index + 1).some(({ type }) => type !== 'reasoning'),
  );

function assistantItem(
  block: AssistantBlock,
  { names, path, takesThoughts }: Conversation,
): Json | Fault | null {
  switch (block.kind) {
    case 'text':
      return answerItem(block.residue, { type: 'output_text', text: block.text });
    case 'refusal':
      return answerItem(block.residue, { type: 'refusal', refusal: block.text });
    case 'tool-call':
      return callItem(block, names);
    case 'reasoning':
      return takesThoughts ? reasoningItem(block) : null;
    case 'opaque':
      return ownItem(block);
    case 'image':
      return imageItem(block) ?? fault(path, 'OpenAI Responses take no images from the model’s side.');
    case 'audio':
      if (block.transcript) return answerItem(undefined, { type: 'output_text', text: block.transcript });
      return fault(path, 'OpenAI Responses take no audio.');
    case 'file':
      return fault(path, 'OpenAI Responses take no files from the model’s side.');
    default:
      return assertNever(block);
  }
}

/** `phase` tells commentary from the answer and has to come back (spec/providers 5.2). */
function answerItem(residue: Residue | undefined, part: Json): Json {
  const { phase } = itemMembers(residue);
  return { ...messageItem('assistant', [part]), ...(phase ? { phase } : {}) };
}

function callItem({ id, name, arguments: text, custom }: ToolCallBlock, names: WireNames): Json {
  const call = { call_id: wireName(id, CALL_ID), name: names.toWire(name) };
  return custom
    ? { type: 'custom_tool_call', ...call, input: text }
    : { type: 'function_call', ...call, arguments: text };
}

/** Only what OpenAI encrypted itself; the thoughts of others it can neither check nor use. */
function reasoningItem({ text, proof }: ReasoningBlock): Json | null {
  if (proof?.family !== 'openai') return null;
  const summary = text === '' ? [] : [{ type: 'summary_text', text }];
  return { type: 'reasoning', summary, encrypted_content: proof.value };
}

function imageItem({ source, residue }: ImageBlock): Json | null {
  const item = itemMembers(residue);
  if (source.kind !== 'data' || typeof item.id !== 'string') return null;
  return { type: 'image_generation_call', status: 'completed', ...item, result: source.data };
}

/** What only OpenAI knows goes back as it came, and to nobody else. */
const ownItem = ({ dialect, value }: OpaqueBlock): Json | null => (dialect === DIALECT ? value : null);

function resultItem(result: ToolResultBlock, path: readonly string[]): Json | Fault {
  const parts: Json[] = [];
  for (const block of result.content) {
    const part = inputPart(block, path);
    if (isFault(part)) return part;
    parts.push(part);
  }
  const isText = result.content.every(({ kind }) => kind === 'text');
  // There is no field for a failure (spec/providers 3.2).
  const failed = result.isError ? [textPart({ kind: 'text', text: 'Error:' })] : [];
  const output = isText ? resultText(result) : [...failed, ...parts];
  return { type: 'function_call_output', call_id: wireName(result.callId, CALL_ID), output };
}

const isCall = ({ type }: Json) => type === 'function_call' || type === 'custom_tool_call';
const isOutput = ({ type }: Json) => type === 'function_call_output' || type === 'custom_tool_call_output';

/**
 * Every call with its result: an interrupted one gets a result that says so, the result of a free-text tool its own type.
 * A result without its call, or a second one, is the caller's mistake.
 */
function answered(items: readonly Json[], path: readonly string[]): Json[] | Fault {
  const calls = new Map<unknown, Json>();
  const results = new Set<unknown>();
  for (const item of items) {
    const id = item.call_id;
    if (isCall(item)) {
      if (calls.has(id)) return fault(path, `Two tool calls have the id "${shown(String(id))}".`);
      calls.set(id, item);
    } else if (isOutput(item)) {
      if (!calls.has(id))
        return fault(path, `A tool result answers the call "${shown(String(id))}", which nobody made.`);
      if (results.has(id)) return fault(path, `Two tool results answer the call "${shown(String(id))}".`);
      results.add(id);
    }
  }
  const typed = (item: Json): Json =>
    isOutput(item) && calls.get(item.call_id)?.type === 'custom_tool_call'
      ? { ...item, type: 'custom_tool_call_output' }
      : item;
  return items.flatMap((item) =>
    isCall(item) && !results.has(item.call_id) ? [item, interrupted(item)] : [typed(item)],
  );
}

const interrupted = ({ type, call_id }: Json): Json => ({
  type: type === 'custom_tool_call' ? 'custom_tool_call_output' : 'function_call_output',
  call_id,
  output: 'The call was interrupted and has no result.',
});
