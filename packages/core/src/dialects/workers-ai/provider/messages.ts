import { assertNever } from '../../../assert-never.ts';
import type { AssistantBlock, ToolCallBlock, ToolResultBlock, UserBlock } from '../../../form/blocks.ts';
import { type Fault, fault, isFault } from '../../../form/fault.ts';
import type { Json } from '../../../form/json.ts';
import { writeUrl } from '../../../form/media.ts';
import type { Turn } from '../../../form/turns.ts';
import type { WireNames } from '../../../form/wire-names.ts';
import { resultText, returnedMedia } from '../../tool-results.ts';

/**
 * OpenAI's messages with texts as strings wherever they can be, and never null (spec/providers 11).
 *
 * @param turns of what can be said, strict, every call with its result in the next turn.
 */
export function encodeMessages(turns: readonly Turn[], names: WireNames): readonly Json[] | Fault {
  const messages: Json[] = [];
  for (const turn of turns) {
    const encoded =
      turn.role === 'user' ? userMessages(turn.content, names) : assistantMessage(turn.content, names);
    if (isFault(encoded)) return encoded;
    messages.push(...encoded);
  }
  return messages;
}

function userMessages(content: readonly UserBlock[], names: WireNames): readonly Json[] | Fault {
  const results = content.filter((block) => block.kind === 'tool-result');
  const spoken = [
    ...results.flatMap(returnedMedia),
    ...content.filter((block) => block.kind !== 'tool-result'),
  ];
  const parts = spoken.map(userPart);
  const refused = parts.find(isFault);
  if (refused) return refused;
  const tools = results.map((result) => toolMessage(result, names));
  return parts.length === 0 ? tools : [...tools, { role: 'user', content: plainIfText(parts as Json[]) }];
}

const plainIfText = (parts: readonly Json[]) =>
  parts.every(({ type }) => type === 'text') ? parts.map(({ text }) => text).join('\n') : parts;

function userPart(block: Exclude<UserBlock, ToolResultBlock>): Json | Fault {
  switch (block.kind) {
    case 'text':
      return { type: 'text', text: block.text };
    case 'image': {
      const url = writeUrl(block.source);
      if (url !== null) return { type: 'image_url', image_url: { url } };
      return fault(
        ['messages'],
        'Workers AI does not have the file of another provider. Send the image itself.',
      );
    }
    case 'audio':
    case 'file':
      return fault(['messages'], `This model of Workers AI takes no ${block.kind}.`);
    case 'opaque':
      return block.value;
    default:
      return assertNever(block);
  }
}

const toolMessage = (result: ToolResultBlock, names: WireNames): Json => ({
  role: 'tool',
  tool_call_id: result.callId,
  name: names.toWire(result.name ?? ''),
  content: resultText(result),
});

function assistantMessage(content: readonly AssistantBlock[], names: WireNames): readonly Json[] | Fault {
  const media = content.find(({ kind }) => kind === 'image' || kind === 'audio' || kind === 'file');
  if (media) return fault(['messages'], `Workers AI takes no ${media.kind} from an assistant.`);
  const texts = content.flatMap((it) => (it.kind === 'text' || it.kind === 'refusal' ? [it.text] : []));
  const calls = content.filter((block) => block.kind === 'tool-call');
  return [
    {
      role: 'assistant',
      content: texts.join(''),
      ...(calls.length > 0 ? { tool_calls: calls.map((call) => toolCall(call, names)) } : {}),
    },
  ];
}

function toolCall({ id, name, arguments: text, custom }: ToolCallBlock, names: WireNames): Json {
  const args = custom ? JSON.stringify({ input: text }) : text || '{}';
  return { id, type: 'function', function: { name: names.toWire(name), arguments: args } };
}
