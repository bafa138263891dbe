import type { AssistantBlock, ReasoningBlock, ToolCallBlock } from '../../form/blocks.ts';
import { isJson, type Json, listAt, residueOf, textAt } from '../../form/json.ts';
import { sniffMediaType } from '../../form/media.ts';
import { blockResidue, DIALECT, itemRest } from './residue.ts';
import { readAnnotation, readLogprobs } from './text-parts.ts';

export interface ItemContext {
  /** The caller's name of a tool. */
  toolName(wire: string): string;
  newId(prefix: string): string;
}

/** Between parts that become one text. */
export const PART_BREAK = '\n\n';

/** What one item of an answer holds, in order; never throws. An item that nobody else knows stays as it is. */
export function itemBlocks(item: Json, context: ItemContext): AssistantBlock[] {
  switch (item.type) {
    case 'message':
      return listAt(item, 'content')
        .filter(isJson)
        .map((part) => partBlock(part, item));
    case 'reasoning':
      return [reasoningBlock(item)];
    case 'function_call':
    case 'custom_tool_call':
      return [callBlock(item, context)];
    case 'image_generation_call':
      return [imageBlock(item)];
    default:
      return [opaque(item)];
  }
}

const opaque = (value: Json): AssistantBlock => ({ kind: 'opaque', dialect: DIALECT, value });

/** A part keeps the members of its message, by which the parts of one message find together again. */
function partBlock(part: Json, message: Json): AssistantBlock {
  const item = messageRest(message);
  if (part.type === 'output_text') {
    const citations = listAt(part, 'annotations').filter(isJson).map(readAnnotation);
    const logprobs = readLogprobs(listAt(part, 'logprobs'));
    const rest = residueOf(part, ['type', 'text', 'annotations', 'logprobs']);
    return {
      kind: 'text',
      text: textAt(part, 'text') ?? '',
      ...(citations.length > 0 ? { citations } : {}),
      ...(logprobs.length > 0 ? { logprobs } : {}),
      ...blockResidue(item, rest ? { part: rest } : {}),
    };
  }
  if (part.type === 'refusal') {
    const rest = residueOf(part, ['type', 'refusal']);
    return {
      kind: 'refusal',
      text: textAt(part, 'refusal') ?? '',
      ...blockResidue(item, rest ? { part: rest } : {}),
    };
  }
  return opaque({ ...message, content: [part] });
}

export const messageRest = (item: Json): Json | null => itemRest(item, ['role', 'content']);

/**
 * Its text is the model's own words where the provider gives them (`content`), else their summary; the other of the two is
 * residue, and so are the lengths of several parts. Without text and proof it tells nobody anything.
 */
function reasoningBlock(item: Json): AssistantBlock {
  const [content, summary] = [partTexts(item, 'content'), partTexts(item, 'summary')];
  const channel = content.length > 0 ? 'content' : 'summary';
  const texts = channel === 'content' ? content : summary;
  const encrypted = textAt(item, 'encrypted_content');
  const text = texts.filter((it) => it !== '').join(PART_BREAK);
  if (text === '' && encrypted === null) return opaque(item);
  const id = textAt(item, 'id');
  const known = [channel, ...(encrypted === null ? [] : ['encrypted_content'])];
  return {
    kind: 'reasoning',
    text,
    ...(encrypted === null
      ? {}
      : { proof: { family: 'openai', kind: 'encrypted', value: encrypted, ...(id === null ? {} : { id }) } }),
    ...blockResidue(reasoningRest(item, known), {
      ...(channel === 'content' ? { channel } : {}),
      ...(texts.length > 1 ? { lengths: texts.map((it) => it.length) } : {}),
    }),
  } satisfies ReasoningBlock;
}

/** Not every provider gives reasoning a status, so it is kept. */
export const reasoningRest = (item: Json, known: readonly string[]): Json | null =>
  residueOf(item, ['type', ...known]);

const partTexts = (item: Json, channel: string): string[] =>
  listAt(item, channel)
    .filter(isJson)
    .map((part) => textAt(part, 'text') ?? '');

function callBlock(item: Json, { toolName, newId }: ItemContext): ToolCallBlock {
  const custom = item.type === 'custom_tool_call';
  const text = custom ? 'input' : 'arguments';
  const rest = itemRest(item, ['call_id', 'name', text]);
  return {
    kind: 'tool-call',
    // Without one, the caller's result could not find back.
    id: textAt(item, 'call_id') || newId('call_'),
    name: toolName(textAt(item, 'name') ?? ''),
    arguments: custom ? (textAt(item, 'input') ?? '') : argumentsText(item.arguments),
    ...(custom ? { custom } : {}),
    ...blockResidue(rest),
  };
}

/** Arguments that are none are an empty object; some upstreams send them parsed (spec/providers 2.2). */
export function argumentsText(value: unknown): string {
  if (isJson(value)) return JSON.stringify(value);
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '' || text === 'null' || text === '"null"' ? '{}' : String(value);
}

function imageBlock(item: Json): AssistantBlock {
  const data = textAt(item, 'result');
  if (!data) return opaque(item);
  const format = textAt(item, 'output_format');
  const mediaType = sniffMediaType({ mediaType: `image/${format ?? 'png'}`, data });
  return {
    kind: 'image',
    source: { kind: 'data', mediaType, data },
    ...blockResidue(itemRest(item, ['result'])),
  };
}
