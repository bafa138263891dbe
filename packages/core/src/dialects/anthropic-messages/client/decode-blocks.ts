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
import { type Field, shown } from '../../request-field.ts';
import { readCitation } from '../citations.ts';
import { isOpaqueType } from '../kinds.ts';
import { unpackProof } from '../proofs.ts';
import { readCache, readCommon, residue } from './common.ts';
import { decodeDocument, decodeImage } from './decode-media.ts';

/** `content`: a string, or blocks that `decode` reads. */
const decodeContent = <Content>(
  content: Field,
  decode: (block: Field) => Content,
): (Content | TextBlock)[] =>
  typeof content.value === 'string'
    ? [{ kind: 'text', text: content.value }]
    : content.list().map((block) => decode(block));

export const decodeUser = (content: Field): UserBlock[] => decodeContent(content, decodeUserBlock);

export const decodeSystem = (content: Field): TextBlock[] => decodeContent(content, decodeSystemBlock);

function decodeUserBlock(block: Field): UserBlock {
  switch (block.at('type').text()) {
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

function decodeSystemBlock(block: Field): TextBlock {
  block.at('type').oneOf(['text']);
  return decodeText(block);
}

/** A proof that stands alone in a thinking block, because a call of this format has no place for it. */
interface ForCall {
  readonly kind: 'for-call';
  readonly callId: string;
  readonly proof: NonNullable<ToolCallBlock['proof']>;
}

/** Blocks in their order; a proof that was packed for a call goes back to that call. */
export function decodeAssistant(content: Field): AssistantBlock[] {
  const blocks = decodeContent<AssistantBlock | ForCall>(content, decodeAssistantBlock);
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

function decodeAssistantBlock(block: Field): AssistantBlock | ForCall {
  switch (block.at('type').text()) {
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

function decodeText(block: Field): TextBlock {
  const citations = block.optional('citations', (list) => list.list().map((it) => readCitation(it.object())));
  return {
    kind: 'text',
    text: block.at('text').text(),
    ...(citations && citations.length > 0 ? { citations } : {}),
    ...readCommon(block, ['type', 'text', 'citations']),
  };
}

function decodeThinking(
  block: Field,
  textKey: 'thinking' | null,
  proofKey: string,
): ReasoningBlock | ForCall {
  const text = textKey === null ? '' : block.at(textKey).text();
  const proof = block.optional(proofKey, (field) => field.text()) ?? '';
  const carried = unpackProof(proof, textKey === null ? 'redacted' : 'signature');
  if (carried?.callId) return { kind: 'for-call', callId: carried.callId, proof: carried.proof };
  return {
    kind: 'reasoning',
    text,
    ...(carried ? { proof: carried.proof } : {}),
    ...residue(residueOf(block.object(), ['type', 'thinking', proofKey])),
  };
}

const decodeToolUse = (block: Field): ToolCallBlock => ({
  kind: 'tool-call',
  id: block.at('id').name(),
  name: block.at('name').name(),
  arguments: JSON.stringify(block.at('input').object()),
  ...readCommon(block, ['type', 'id', 'name', 'input']),
});

const decodeToolResult = (block: Field): ToolResultBlock => ({
  kind: 'tool-result',
  callId: block.at('tool_use_id').name(),
  content: block.optional('content', (content) => decodeContent(content, decodeResultBlock)) ?? [],
  isError: block.optional('is_error', (isError) => isError.boolean()) ?? false,
  ...readCommon(block, ['type', 'tool_use_id', 'content', 'is_error']),
});

function decodeResultBlock(block: Field): ToolResultBlock['content'][number] {
  switch (block.at('type').text()) {
    case 'text':
      return decodeText(block);
    case 'image':
      return decodeImage(block);
    case 'document':
      return decodeDocument(block);
    case 'search_result':
      return decodeSearchResult(block);
    case 'tool_reference':
      return inWords(block, block.at('tool_name').text());
    default:
      return unknownBlock(block);
  }
}

/** A found text with its source: words to everybody, its own block again to Anthropic (spec/providers 3.2). */
function decodeSearchResult(block: Field): TextBlock {
  const title = block.at('title').text();
  const source = block.at('source').text();
  const texts = block
    .at('content')
    .list()
    .map((part) => part.at('text').text());
  return inWords(block, [title, `Source: ${source}`, ...texts].join('\n'));
}

const inWords = (block: Field, text: string): TextBlock => ({ kind: 'text', text, ...readCommon(block, []) });

function decodeOpaque(block: Field): OpaqueBlock {
  if (!isOpaqueType(block.at('type').text())) return unknownBlock(block);
  const { cache_control: _, ...value } = block.object();
  return { kind: 'opaque', dialect: 'anthropic-messages', value, ...readCache(block) };
}

const unknownBlock = (block: Field): never =>
  block
    .at('type')
    .fail(
      `Content of the type "${shown(block.at('type').text())}" has no place here, or none in translation.`,
    );
