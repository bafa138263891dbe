import type {
  AssistantBlock,
  OpaqueBlock,
  ReasoningBlock,
  TextBlock,
  ToolCallBlock,
  ToolResultBlock,
  UserBlock,
} from '../../../form/blocks.ts';
import { residueOf } from '../../../form/json.ts';
import { readCitation } from '../citations.ts';
import { isOpaqueType } from '../kinds.ts';
import { unpackProof } from '../proofs.ts';
import { readCache, readCommon, residue } from './common.ts';
import { decodeDocument, decodeImage } from './decode-media.ts';
import type { Fields } from './fields.ts';

/** `content`: a string, or blocks that `decode` reads. */
function decodeContent<Content>(
  holder: Fields,
  decode: (block: Fields) => Content | null,
): (Content | TextBlock)[] {
  const content = holder.value.content;
  if (typeof content === 'string') return [{ kind: 'text', text: content }];
  if (content === undefined || content === null) return holder.needed('content', undefined, []);
  return holder
    .objects('content')
    .map(decode)
    .filter((block) => block !== null);
}

export const decodeUser = (message: Fields): UserBlock[] => decodeContent(message, decodeUserBlock);

export const decodeSystem = (message: Fields): TextBlock[] => decodeContent(message, decodeSystemBlock);

function decodeUserBlock(block: Fields): UserBlock | null {
  switch (block.value.type) {
    case 'text':
      return decodeText(block);
    case 'image':
      return decodeImage(block);
    case 'document':
      return decodeDocument(block);
    case 'search_result':
      return decodeSearchResult(block);
    case 'tool_result':
      return decodeToolResult(block);
    default:
      return decodeOpaque(block);
  }
}

export function decodeSystemBlock(block: Fields): TextBlock | null {
  if (block.value.type === 'text') return decodeText(block);
  block.refuse('type', 'A system prompt is made of blocks of the type "text".');
  return null;
}

/** Blocks in their order; a proof that was packed for a call goes back to that call. */
export function decodeAssistant(message: Fields): AssistantBlock[] {
  const blocks: (AssistantBlock | ForCall)[] = decodeContent(message, decodeAssistantBlock);
  const packed = new Map(
    blocks.filter((block) => block.kind === 'for-call').map(({ callId, proof }) => [callId, proof]),
  );
  return blocks
    .filter((block) => block.kind !== 'for-call')
    .map((block) => {
      const proof = block.kind === 'tool-call' ? packed.get(block.id) : undefined;
      return proof ? { ...block, proof } : block;
    });
}

/** A proof that stands alone in a thinking block, because a call of this format has no place for it. */
interface ForCall {
  readonly kind: 'for-call';
  readonly callId: string;
  readonly proof: NonNullable<ToolCallBlock['proof']>;
}

function decodeAssistantBlock(block: Fields): AssistantBlock | ForCall | null {
  switch (block.value.type) {
    case 'text':
      return decodeText(block);
    case 'thinking':
      return decodeThinking(block, 'thinking', 'signature');
    case 'redacted_thinking':
      return decodeThinking(block, null, 'data');
    case 'tool_use':
      return decodeToolUse(block);
    case 'image':
      return decodeImage(block);
    case 'document':
      return decodeDocument(block);
    default:
      return decodeOpaque(block);
  }
}

function decodeText(block: Fields): TextBlock {
  const citations = block.objects('citations').map(({ value }) => readCitation(value));
  return {
    kind: 'text',
    text: block.needed('text', block.text('text'), ''),
    ...(citations.length > 0 ? { citations } : {}),
    ...readCommon(block, ['type', 'text', 'citations', 'cache_control']),
  };
}

function decodeThinking(block: Fields, textKey: string | null, proofKey: string): ReasoningBlock | ForCall {
  const text = textKey === null ? '' : block.needed(textKey, block.text(textKey), '');
  const carried = unpackProof(block.text(proofKey) ?? '', textKey === null ? 'redacted' : 'signature');
  if (carried?.callId) return { kind: 'for-call', callId: carried.callId, proof: carried.proof };
  return {
    kind: 'reasoning',
    text,
    ...(carried ? { proof: carried.proof } : {}),
    ...residue(residueOf(block.value, ['type', textKey ?? '', proofKey])),
  };
}

function decodeToolUse(block: Fields): ToolCallBlock {
  const input = block.object('input');
  if (!block.has('input')) block.needed('input', undefined, {});
  return {
    kind: 'tool-call',
    id: block.needed('id', block.text('id'), ''),
    name: block.needed('name', block.text('name'), ''),
    arguments: JSON.stringify(input?.value ?? {}),
    ...readCommon(block, ['type', 'id', 'name', 'input', 'cache_control']),
  };
}

function decodeToolResult(block: Fields): ToolResultBlock {
  return {
    kind: 'tool-result',
    callId: block.needed('tool_use_id', block.text('tool_use_id'), ''),
    content: block.has('content') ? decodeContent(block, decodeResultBlock) : [],
    isError: block.boolean('is_error') ?? false,
    ...readCommon(block, ['type', 'tool_use_id', 'content', 'is_error', 'cache_control']),
  };
}

function decodeResultBlock(block: Fields): ToolResultBlock['content'][number] | null {
  switch (block.value.type) {
    case 'text':
      return decodeText(block);
    case 'image':
      return decodeImage(block);
    case 'document':
      return decodeDocument(block);
    case 'search_result':
      return decodeSearchResult(block);
    case 'tool_reference':
      return inWords(block, block.needed('tool_name', block.text('tool_name'), ''));
    default:
      return unknownBlock(block);
  }
}

/** A found text with its source: words to everybody, its own block again to Anthropic (spec/providers 3.2). */
function decodeSearchResult(block: Fields): TextBlock {
  const [title, source] = [block.text('title'), block.text('source')];
  const texts = block.objects('content').map((part) => part.text('text') ?? '');
  return inWords(block, [title, source && `Source: ${source}`, ...texts].filter(Boolean).join('\n'));
}

function inWords(block: Fields, text: string): TextBlock {
  const { cache, residue: own } = readCommon(block, ['cache_control']);
  return { kind: 'text', text, ...(cache ? { cache } : {}), ...(own ? { residue: own } : {}) };
}

function decodeOpaque(block: Fields): OpaqueBlock | null {
  const type = block.text('type');
  if (type === undefined || !isOpaqueType(type)) return unknownBlock(block);
  const { cache_control: _, ...value } = block.value;
  return { kind: 'opaque', dialect: 'anthropic-messages', value, ...readCache(block) };
}

function unknownBlock(block: Fields): null {
  const type = block.value.type;
  block.refuse(
    'type',
    typeof type === 'string'
      ? `Content of the type "${type.slice(0, 64)}" cannot be translated.`
      : 'Every block needs a "type".',
  );
  return null;
}
