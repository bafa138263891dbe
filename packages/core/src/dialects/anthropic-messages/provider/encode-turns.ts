import { assertNever } from '../../../assert-never.ts';
import type {
  Block,
  ReasoningBlock,
  TextBlock,
  ToolCallBlock,
  ToolResultBlock,
} from '../../../form/blocks.ts';
import { type Fault, fault, isFault } from '../../../form/fault.ts';
import { isJson, type Json, parseJson } from '../../../form/json.ts';
import { residueFor } from '../../../form/provenance.ts';
import type { Turn } from '../../../form/turns.ts';
import { CALL_ID_64, type WireNames, wireName } from '../../../form/wire-names.ts';
import { writeCache } from '../cache-control.ts';
import { replayedCitation } from '../citations.ts';
import { encodeFile, encodeImage, type MediaContext } from './encode-media.ts';
import { isBlank } from './prepare-turns.ts';

export interface TurnContext extends MediaContext {
  readonly names: WireNames;
}

export function encodeTurns(turns: readonly Turn[], context: TurnContext): readonly Json[] | Fault {
  const messages: Json[] = [];
  for (const { role, content } of turns) {
    const blocks = encodeAll(content, (block) => encodeBlock(block, role, context));
    if (isFault(blocks)) return blocks;
    messages.push({ role, content: blocks });
  }
  return messages;
}

function encodeAll(
  content: readonly Block[],
  encode: (block: Block) => Json | Fault,
): readonly Json[] | Fault {
  const blocks: Json[] = [];
  for (const block of content) {
    const written = encode(block);
    if (isFault(written)) return written;
    const isCached = block.cache && block.kind !== 'reasoning';
    blocks.push(isCached && block.cache ? { ...written, cache_control: writeCache(block.cache) } : written);
  }
  return blocks;
}

function encodeBlock(block: Block, role: Turn['role'], context: TurnContext): Json | Fault {
  if (role === 'assistant' && (block.kind === 'image' || block.kind === 'file'))
    return fault(
      ['messages'],
      `${context.provider} takes ${block.kind}s from the user only, not from the assistant.`,
    );
  switch (block.kind) {
    case 'text':
      return encodeText(block);
    case 'refusal':
      return { type: 'text', text: block.text };
    case 'image':
      return encodeImage(block, context);
    case 'file':
      return encodeFile(block, context);
    case 'audio':
      return block.transcript
        ? { type: 'text', text: block.transcript }
        : fault(['messages'], `${context.provider} takes no audio.`);
    case 'reasoning':
      return encodeReasoning(block);
    case 'tool-call':
      return encodeCall(block, context);
    case 'tool-result':
      return encodeResult(block, context);
    case 'opaque':
      return block.value;
    default:
      return assertNever(block);
  }
}

/** Search results and the like are words to others, and their own blocks here. */
export function encodeText({ text, citations = [], residue }: TextBlock): Json {
  const own = residueFor('anthropic-messages', residue);
  if (typeof own.type === 'string') return own;
  const replayed = citations.map(replayedCitation).filter((citation) => citation !== null);
  return { ...own, type: 'text', text, ...(replayed.length > 0 ? { citations: replayed } : {}) };
}

/** Only Anthropic's own come here (see `prepareTurns`). */
const encodeReasoning = ({ text, proof, residue }: ReasoningBlock): Json => ({
  ...residueFor('anthropic-messages', residue),
  ...(proof?.kind === 'redacted'
    ? { type: 'redacted_thinking', data: proof.value }
    : { type: 'thinking', thinking: text, signature: proof?.value ?? '' }),
});

function encodeCall(call: ToolCallBlock, { names }: TurnContext): Json {
  const input = parseJson(call.arguments);
  return {
    ...residueFor('anthropic-messages', call.residue),
    type: 'tool_use',
    id: wireName(call.id, CALL_ID_64),
    name: names.toWire(call.name),
    input: isJson(input) ? input : isBlank(call.arguments) ? {} : { input: call.arguments },
  };
}

function encodeResult(result: ToolResultBlock, context: TurnContext): Json | Fault {
  const said = result.content.filter((block) => block.kind !== 'text' || !isBlank(block.text));
  const content = encodeAll(said, (block) => encodeBlock(block, 'user', context));
  if (isFault(content)) return content;
  return {
    ...residueFor('anthropic-messages', result.residue),
    type: 'tool_result',
    tool_use_id: wireName(result.callId, CALL_ID_64),
    ...(content.length > 0 ? { content } : {}),
    ...(result.isError ? { is_error: true } : {}),
  };
}

/** The names that a conversation calls: they are mapped like those of the tools. */
export const calledNames = (turns: readonly Turn[]): string[] =>
  turns.flatMap(({ content }) =>
    content.flatMap((block: Block) => (block.kind === 'tool-call' ? [block.name] : [])),
  );
