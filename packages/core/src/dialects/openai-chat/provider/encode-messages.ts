import { assertNever } from '../../../assert-never.ts';
import type { TextBlock, ToolResultBlock, UserBlock } from '../../../form/blocks.ts';
import { type Fault, isFault } from '../../../form/fault.ts';
import type { Json } from '../../../form/json.ts';
import { type Message, splitSystem } from '../../../form/request.ts';
import { pairCalls, strictTurns } from '../../../form/turns.ts';
import { wireCallId } from './call-ids.ts';
import { encodeAssistant } from './encode-assistant.ts';
import { cannot, encodePart, type MessageContext, type Part, textContent } from './encode-content.ts';

/**
 * A conversation in chat messages. Every call is answered directly after it, results come before the user's words, and
 * what a `tool` or `assistant` message has no place for (images) follows as the user's (spec/providers 3.2, 4.1).
 * @param instructions of ours, behind the caller's own.
 */
export function encodeMessages(
  messages: readonly Message[],
  instructions: string | null,
  context: MessageContext,
): Json[] | Fault {
  const { deviations } = context;
  const { system, turns } = splitSystem(messages.map(sayable));
  const paired = pairCalls(strictTurns(keepsPlace(context) ? turns.map(marked) : turns));
  if (isFault(paired)) return paired;

  const written: Json[] = [...encodeSystem(system, instructions, context)];
  /** What the assistant's message had no place for, for the next message of the user. */
  let carried: readonly Json[] = [];
  for (const turn of paired) {
    const encoded =
      turn.role === 'user'
        ? encodeUser(turn.content, carried, context)
        : encodeAssistant(turn.content, context);
    if (isFault(encoded)) return encoded;
    written.push(...encoded.messages);
    carried = encoded.carried;
  }
  if (carried.length > 0) written.push({ role: 'user', content: carried });
  return finished(written, deviations);
}

/** What only another provider knows is shown to nobody else; a turn that held nothing else is none, so its neighbours are one turn. */
function sayable(message: Message): Message {
  switch (message.role) {
    case 'user':
      return { ...message, content: message.content.filter(({ kind }) => kind !== 'opaque') };
    case 'assistant':
      return { ...message, content: message.content.filter(({ kind }) => kind !== 'opaque') };
    case 'system':
      return message;
    default:
      return assertNever(message);
  }
}

const keepsPlace = ({ deviations }: MessageContext) =>
  deviations.laterSystem === 'in-place' && !deviations.alternates;

/**
 * Instructions in the middle keep their place as a mark inside the user's turn, so that pairing calls and results sees
 * turns only and nothing comes between the two.
 */
const marked = (message: Message): Message =>
  message.role === 'system'
    ? {
        role: 'user',
        content: [{ kind: 'opaque', dialect: 'openai-chat', value: { instructions: message.content } }],
      }
    : message;

const isMark = (block: UserBlock): block is SystemMark =>
  block.kind === 'opaque' && block.dialect === 'openai-chat' && Array.isArray(block.value.instructions);
type SystemMark = Extract<UserBlock, { kind: 'opaque' }> & {
  readonly value: { readonly instructions: readonly TextBlock[] };
};

function encodeSystem(
  blocks: readonly TextBlock[],
  instructions: string | null,
  { deviations }: MessageContext,
): Json[] {
  const all: TextBlock[] =
    instructions === null ? [...blocks] : [...blocks, { kind: 'text', text: instructions }];
  if (all.length === 0) return [];
  return [{ role: deviations.systemRole, content: textContent(all, deviations) }];
}

export interface EncodedTurn {
  readonly messages: readonly Json[];
  readonly carried: readonly Json[];
}

/** `tool` messages, then one user message with the results' images and the user's own words. */
function encodeUser(
  content: readonly UserBlock[],
  carried: readonly Json[],
  context: MessageContext,
): EncodedTurn | Fault {
  const messages: Json[] = [];
  let parts: Json[] = [...carried];
  let texts: TextBlock[] = [];
  const flush = () => {
    if (parts.length > 0) messages.push({ role: 'user', content: parts });
    else if (texts.length > 0)
      messages.push({ role: 'user', content: textContent(texts, context.deviations) });
    parts = [];
    texts = [];
  };
  for (const block of content) {
    if (block.kind === 'tool-result') {
      const result = encodeResult(block, context);
      if (isFault(result)) return result;
      messages.push(result.message);
      parts.push(...result.carried);
      continue;
    }
    if (isMark(block)) {
      flush();
      messages.push(...encodeSystem(block.value.instructions, null, context));
      continue;
    }
    if (block.kind === 'opaque') continue;
    if (block.kind === 'text' && parts.length === 0) {
      texts.push(block);
      continue;
    }
    const encoded = encodeParts([...texts, block], context);
    if (isFault(encoded)) return encoded;
    parts.push(...encoded);
    texts = [];
  }
  flush();
  return { messages, carried: [] };
}

function encodeParts(blocks: readonly Part[], context: MessageContext): Json[] | Fault {
  const parts: Json[] = [];
  for (const block of blocks) {
    const part = encodePart(block, context);
    if (isFault(part)) return part;
    parts.push(part);
  }
  return parts;
}

/** A `tool` message holds text alone: what else a result has follows as the user's, and says whose it is. */
function encodeResult(
  block: ToolResultBlock,
  context: MessageContext,
): { readonly message: Json; readonly carried: readonly Json[] } | Fault {
  const { deviations, names } = context;
  if (!deviations.tools) return cannot('tool results', context);
  const id = wireCallId(block.callId, deviations.callIds);
  const texts = block.content.filter((part) => part.kind === 'text');
  const media = block.content.filter((part) => part.kind !== 'text');
  const encoded = encodeParts(media, context);
  if (isFault(encoded)) return encoded;
  const content = resultText(texts, block.isError, media.length > 0, context);
  const name =
    deviations.namesToolMessages && block.name !== undefined ? names.toWire(block.name) : undefined;
  return {
    message: { role: 'tool', tool_call_id: id, ...(name === undefined ? {} : { name }), content },
    carried:
      encoded.length === 0 ? [] : [{ type: 'text', text: `The result of the tool call ${id}:` }, ...encoded],
  };
}

function resultText(
  texts: readonly TextBlock[],
  isError: boolean,
  hasMedia: boolean,
  { deviations }: MessageContext,
): string | Json[] {
  if (texts.length === 0 && hasMedia) return 'The result follows in the next message of the user.';
  if (!isError) return textContent(texts, deviations);
  // The format has no field for a tool that failed.
  const [first, ...rest] = texts;
  const text = `Error: ${first?.text ?? ''}`.trimEnd();
  return textContent([{ kind: 'text', ...first, text }, ...rest], deviations);
}

/** What some providers want of the order of messages. */
function finished(messages: readonly Json[], deviations: MessageContext['deviations']): Json[] {
  const result: Json[] = [];
  for (const message of messages) {
    const last = result.at(-1);
    if (deviations.bridgesToolToUser && last?.role === 'tool' && message.role === 'user')
      result.push({ role: 'assistant', content: 'OK' });
    if (deviations.alternates && last && last.role === message.role && last.role !== 'tool')
      result[result.length - 1] = { ...last, ...message, content: joined(last.content, message.content) };
    else result.push(message);
  }
  const last = result.at(-1);
  if (deviations.prefixField && last?.role === 'assistant' && last.tool_calls === undefined)
    result[result.length - 1] = { ...last, prefix: true };
  return result;
}

function joined(first: unknown, second: unknown): unknown {
  if (typeof first === 'string' && typeof second === 'string') return `${first}\n\n${second}`;
  return [...parts(first), ...parts(second)];
}

const parts = (content: unknown): readonly unknown[] =>
  Array.isArray(content) ? content : [{ type: 'text', text: content }];
