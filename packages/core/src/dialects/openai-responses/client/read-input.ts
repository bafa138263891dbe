import type { AssistantBlock, ToolResultBlock, UserBlock } from '../../../form/blocks.ts';
import type { Proof } from '../../../form/provenance.ts';
import type { Message } from '../../../form/request.ts';
import { type Field, shown } from '../../request-field.ts';
import { isPacked, unpackProof } from '../packed-proof.ts';
import { type ItemContext, itemBlocks } from '../read-items.ts';
import { DIALECT } from '../residue.ts';
import { assistantContent, resultContent, systemContent, userContent } from './read-content.ts';

/** Items come with ids and names of their own here. */
const CONTEXT: ItemContext = { toolName: (name) => name, newId: (prefix) => prefix };

/** What the model wrote, as opaque as it came: only its own provider reads it. */
const WRITTEN_BY_MODEL = new Set([
  'apply_patch_call',
  'code_interpreter_call',
  'compaction',
  'computer_call',
  'file_search_call',
  'local_shell_call',
  'mcp_approval_request',
  'mcp_call',
  'mcp_list_tools',
  'program',
  'shell_call',
  'tool_search_call',
  'tool_search_output',
  'web_search_call',
]);

/** What the caller answers to those. */
const WRITTEN_BY_CALLER = new Set([
  'additional_tools',
  'apply_patch_call_output',
  'compaction_trigger',
  'computer_call_output',
  'configuration_update',
  'local_shell_call_output',
  'mcp_approval_response',
  'program_output',
  'shell_call_output',
]);

/** Items of built-in tools, of which nobody reads another's. */
export const BUILT_IN_ITEMS: ReadonlySet<string> = new Set(
  [...WRITTEN_BY_MODEL, ...WRITTEN_BY_CALLER].filter((type) => type !== 'compaction'),
);

type Piece =
  | { readonly role: 'message'; readonly message: Message }
  | { readonly role: 'result'; readonly block: UserBlock }
  | { readonly role: 'assistant'; readonly blocks: readonly AssistantBlock[] }
  /** Reasoning that only carries the proof of a call. */
  | { readonly role: 'proof'; readonly callId: string; readonly proof: Proof };

/** A conversation: one user's text, or items. Items of one assistant's turn are one message (spec/providers 3.3). */
export function readInput(input: Field): Message[] {
  if (typeof input.value === 'string')
    return input.value === '' ? [] : [{ role: 'user', content: [{ kind: 'text', text: input.value }] }];
  if (!Array.isArray(input.value)) return input.fail('This must be a string or a list of items.');
  const pieces = input.list().map(readItem);
  return proven(joined(pieces), pieces);
}

/** Neighbouring items of the assistant are one turn, and so are neighbouring results. */
function joined(pieces: readonly Piece[]): Message[] {
  const messages: Message[] = [];
  let before: Piece['role'] | null = null;
  for (const piece of pieces) {
    if (piece.role === 'proof') continue;
    const last = messages.at(-1);
    if (piece.role === 'message') {
      if (piece.message.content.length > 0) messages.push(piece.message);
    } else if (piece.role === 'assistant') {
      if (last?.role === 'assistant')
        messages[messages.length - 1] = { ...last, content: [...last.content, ...piece.blocks] };
      else if (piece.blocks.length > 0) messages.push({ role: 'assistant', content: piece.blocks });
    } else if (before === 'result' && last?.role === 'user')
      messages[messages.length - 1] = { ...last, content: [...last.content, piece.block] };
    else messages.push({ role: 'user', content: [piece.block] });
    before = piece.role;
  }
  return messages;
}

/** Calls with the proofs that travelled beside them. */
function proven(messages: Message[], pieces: readonly Piece[]): Message[] {
  const proofs = new Map(
    pieces.flatMap((it) => (it.role === 'proof' ? [[it.callId, it.proof] as const] : [])),
  );
  if (proofs.size === 0) return messages;
  return messages.map((message) => {
    if (message.role !== 'assistant') return message;
    const content = message.content.map((block) => {
      const proof = block.kind === 'tool-call' ? proofs.get(block.id) : undefined;
      return proof ? { ...block, proof } : block;
    });
    return { ...message, content };
  });
}

function readItem(item: Field): Piece {
  const value = item.object();
  // Messages may leave their type out.
  const type = item.at('type').given?.text() ?? 'message';
  switch (type) {
    case 'message':
      return readMessage(item);
    case 'function_call':
      item.at('arguments').text();
      return readCall(item);
    case 'custom_tool_call':
      item.at('input').text();
      return readCall(item);
    case 'function_call_output':
    case 'custom_tool_call_output':
      return { role: 'result', block: readResult(item) };
    case 'reasoning':
      return readReasoning(item);
    case 'image_generation_call':
      item.at('result').given?.text();
      return { role: 'assistant', blocks: itemBlocks(value, CONTEXT) };
    case 'item_reference':
      // Vercel's SDK refers to the thoughts of an answer while it sends its calls and words whole: without them the
      // conversation is complete.
      if (item.at('id').text().startsWith('rs_')) return { role: 'assistant', blocks: [] };
      return item.fail(
        'Items cannot be referred to by their ids: this gateway keeps no answers. Send the items themselves.',
      );
    default:
      if (WRITTEN_BY_MODEL.has(type)) return { role: 'assistant', blocks: itemBlocks(value, CONTEXT) };
      if (WRITTEN_BY_CALLER.has(type))
        return {
          role: 'message',
          message: { role: 'user', content: [{ kind: 'opaque', dialect: DIALECT, value }] },
        };
      return item.at('type').fail(`Input items of type "${shown(type)}" are not known here.`);
  }
}

function readMessage(item: Field): Piece {
  const role = item.at('role').oneOf(['user', 'assistant', 'system', 'developer']);
  switch (role) {
    case 'assistant':
      return { role, blocks: assistantContent(item, CONTEXT) };
    case 'user':
      return { role: 'message', message: { role, content: userContent(item.at('content')) } };
    case 'system':
    case 'developer':
      return { role: 'message', message: { role: 'system', content: systemContent(item.at('content')) } };
  }
}

function readCall(item: Field): Piece {
  item.at('call_id').name();
  item.at('name').name();
  return { role: 'assistant', blocks: itemBlocks(item.object(), CONTEXT) };
}

const readResult = (item: Field): ToolResultBlock => ({
  kind: 'tool-result',
  callId: item.at('call_id').name(),
  content: resultContent(item.at('output')),
  isError: false,
});

function readReasoning(item: Field): Piece {
  const texts = (at: Field) => at.list().map((part) => part.at('text').text());
  item.optional('summary', texts);
  item.optional('content', texts);
  const encrypted = item.at('encrypted_content').given?.text();
  if (encrypted === undefined || !isPacked(encrypted))
    return {
      role: 'assistant',
      // With neither text nor proof it is a mere id of what is stored elsewhere.
      blocks: itemBlocks(item.object(), CONTEXT).filter(({ kind }) => kind === 'reasoning'),
    };
  const packed = unpackProof(encrypted);
  if (!packed)
    return item
      .at('encrypted_content')
      .fail('This reasoning was changed on its way. Send "encrypted_content" back as it came.');
  const { proof, text, callId } = packed;
  return callId === undefined
    ? { role: 'assistant', blocks: [{ kind: 'reasoning', text, proof }] }
    : { role: 'proof', callId, proof };
}
