import { assertNever } from '../../../assert-never.ts';
import type {
  AssistantBlock,
  ImageBlock,
  ToolCallBlock,
  ToolResultBlock,
  UserBlock,
} from '../../../form/blocks.ts';
import { type Fault, fault, isFault } from '../../../form/fault.ts';
import type { Json } from '../../../form/json.ts';
import { writeUrl } from '../../../form/media.ts';
import type { Turn } from '../../../form/turns.ts';
import type { WireNames } from '../../../form/wire-names.ts';
import { resultText, returnedMedia } from '../../tool-results.ts';
import { CallArguments } from '../call-arguments.ts';

/** @param turns of what can be said, strict, every call with its result in the next turn. */
export function encodeMessages(turns: readonly Turn[], names: WireNames): readonly Json[] | Fault {
  const messages: Json[] = [];
  for (const turn of turns) {
    const encoded = turn.role === 'user' ? userMessages(turn.content) : assistantMessage(turn.content, names);
    if (isFault(encoded)) return encoded;
    messages.push(...encoded);
  }
  return messages;
}

/** Results are messages of their own, in the order of the calls, before what the user says. */
function userMessages(content: readonly UserBlock[]): readonly Json[] | Fault {
  const results = content.filter((block) => block.kind === 'tool-result');
  const spoken = [
    ...results.flatMap(returnedMedia),
    ...content.filter((block) => block.kind !== 'tool-result'),
  ];
  const parts = spoken.map(userPart);
  const refused = parts.find(isFault);
  if (refused) return refused;
  const tools = results.map(toolMessage);
  return parts.length === 0 ? tools : [...tools, { role: 'user', content: plainIfText(parts as Json[]) }];
}

const plainIfText = (parts: readonly Json[]) => {
  const [first] = parts;
  return parts.length === 1 && first?.type === 'text' ? first.text : parts;
};

function userPart(block: Exclude<UserBlock, ToolResultBlock>): Json | Fault {
  switch (block.kind) {
    case 'text':
      return { type: 'text', text: block.text };
    case 'image':
      return imagePart(block);
    case 'audio':
      return fault(['messages'], 'Cohere takes no audio.');
    case 'file':
      return fault(['messages'], 'Cohere takes no files. Send the text of the document.');
    case 'opaque':
      return block.value;
    default:
      return assertNever(block);
  }
}

function imagePart({ source, detail }: ImageBlock): Json | Fault {
  const url = writeUrl(source);
  if (url === null)
    return fault(['messages'], 'Cohere does not have the file of another provider. Send the image itself.');
  return { type: 'image_url', image_url: { url, ...(detail === undefined ? {} : { detail }) } };
}

const toolMessage = (result: ToolResultBlock): Json => ({
  role: 'tool',
  tool_call_id: result.callId,
  content: resultText(result),
});

/** Beside calls, words are the plan. Thoughts stay out: Cohere signs none, so nobody knows whose they are. */
function assistantMessage(content: readonly AssistantBlock[], names: WireNames): readonly Json[] | Fault {
  const parts: Json[] = [];
  const calls: Json[] = [];
  for (const block of content) {
    switch (block.kind) {
      case 'text':
      case 'refusal':
        parts.push({ type: 'text', text: block.text });
        break;
      case 'tool-call':
        calls.push(toolCall(block, names));
        break;
      case 'opaque':
        parts.push(block.value);
        break;
      case 'reasoning':
        break;
      case 'image':
      case 'audio':
      case 'file':
        return fault(['messages'], `Cohere takes no ${block.kind} from an assistant.`);
      default:
        assertNever(block);
    }
  }
  if (calls.length === 0) return [{ role: 'assistant', content: plainIfText(parts) }];
  const plan = parts.flatMap(({ text }) => (typeof text === 'string' ? [text] : [])).join('');
  return [{ role: 'assistant', ...(plan === '' ? {} : { tool_plan: plan }), tool_calls: calls }];
}

function toolCall({ id, name, arguments: text, custom }: ToolCallBlock, names: WireNames): Json {
  const args = custom ? JSON.stringify({ input: text }) : CallArguments.whole(text);
  return { id, type: 'function', function: { name: names.toWire(name), arguments: args } };
}
