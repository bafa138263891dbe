import { assertNever } from '../../../assert-never.ts';
import type {
  AssistantBlock,
  AudioBlock,
  ReasoningBlock,
  TextBlock,
  ToolCallBlock,
} from '../../../form/blocks.ts';
import { type Fault, isFault } from '../../../form/fault.ts';
import type { Json } from '../../../form/json.ts';
import { writeCallProof, writeDetails } from '../reasoning-details.ts';
import { wireCallId } from './call-ids.ts';
import { cannot, encodePart, type MessageContext } from './encode-content.ts';
import { EMULATED_INPUT } from './encode-tools.ts';

/** One assistant turn as one message; nothing when a provider is shown nothing of it. */
export function encodeAssistant(
  content: readonly AssistantBlock[],
  context: MessageContext,
): { readonly messages: readonly Json[]; readonly carried: readonly Json[] } | Fault {
  const { deviations } = context;
  const sorted = sortBlocks(content, context);
  if (isFault(sorted)) return sorted;
  const { texts, refusals, calls, thoughts, audio, carried } = sorted;
  if (calls.length > 0 && !deviations.tools) return cannot('tool calls', context);

  const words = deviations.refusalField ? texts : [...texts, ...refusals];
  const text = joinTexts(words);
  const refusal = deviations.refusalField && refusals.length > 0 ? joinTexts(refusals) : null;
  if (words.length + calls.length === 0 && refusal === null && !audio) return { messages: [], carried };
  const message: Json = {
    role: 'assistant',
    content: words.length === 0 ? deviations.emptyContent : text,
    ...(refusal === null ? {} : refusalFields(refusal, words.length + calls.length > 0)),
    ...(audio ? { audio } : {}),
    ...replayed(thoughts, text, calls.length > 0, context),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
  return { messages: [message], carried };
}

/** Content must not be null but beside calls, so a refusal alone is the content's one part. */
const refusalFields = (refusal: string, isBesides: boolean): Json =>
  isBesides ? { refusal } : { content: [{ type: 'refusal', refusal }] };

interface Sorted {
  readonly texts: readonly TextBlock[];
  readonly refusals: readonly TextBlock[];
  readonly calls: readonly Json[];
  readonly thoughts: readonly ReasoningBlock[];
  readonly audio: Json | null;
  readonly carried: readonly Json[];
}

function sortBlocks(content: readonly AssistantBlock[], context: MessageContext): Sorted | Fault {
  const texts: TextBlock[] = [];
  const refusals: TextBlock[] = [];
  const calls: Json[] = [];
  const thoughts: ReasoningBlock[] = [];
  const carried: Json[] = [];
  let audio: Json | null = null;
  for (const block of content) {
    switch (block.kind) {
      case 'text':
        if (block.text !== '') texts.push(block);
        break;
      case 'refusal':
        refusals.push({ kind: 'text', text: block.text });
        break;
      case 'tool-call':
        calls.push(encodeCall(block, context));
        break;
      case 'reasoning':
        thoughts.push(block);
        break;
      case 'audio':
        audio = context.deviations.audio ? audioId(block) : null;
        if (!audio && block.transcript !== undefined) texts.push({ kind: 'text', text: block.transcript });
        break;
      case 'image':
      case 'file': {
        const part = encodePart(block, context);
        if (isFault(part)) return part;
        carried.push({ type: 'text', text: 'The assistant answered with:' }, part);
        break;
      }
      // What only another provider knows is shown to nobody else.
      case 'opaque':
        break;
      default:
        assertNever(block);
    }
  }
  return { texts, refusals, calls, thoughts, audio, carried };
}

/** Spoken answers are replayed by their id at the provider. */
const audioId = ({ source }: AudioBlock): Json | null =>
  source.kind === 'file-id' && source.dialect === 'openai-chat' ? { id: source.id } : null;

/** A text that was cut at its citations is one text; others are paragraphs. */
const joinTexts = (blocks: readonly TextBlock[]) =>
  blocks
    .map(({ text, citations }, at) => {
      const isCut = citations !== undefined || blocks[at - 1]?.citations !== undefined;
      return at === 0 || isCut ? text : `\n\n${text}`;
    })
    .join('');

function encodeCall(block: ToolCallBlock, { deviations, names }: MessageContext): Json {
  const id = wireCallId(block.id, deviations.callIds);
  const name = names.toWire(block.name);
  if (block.custom && deviations.customTools === 'native')
    return { id, type: 'custom', custom: { name, input: block.arguments } };
  const text = block.custom ? JSON.stringify({ [EMULATED_INPUT]: block.arguments }) : block.arguments;
  return {
    id,
    type: 'function',
    function: { name, arguments: text },
    ...(deviations.googleProofs ? writeCallProof(block.proof) : {}),
  };
}

/**
 * Thoughts as the provider wants them back (spec/providers 2.9). What another family signed is never sent; thoughts that
 * nobody signed are their own proof.
 */
function replayed(
  thoughts: readonly ReasoningBlock[],
  text: string,
  hasCalls: boolean,
  { deviations: { replay } }: MessageContext,
): Json {
  const unsigned = thoughts.filter(({ proof }) => !proof).map((thought) => thought.text);
  switch (replay.kind) {
    case 'none':
      return {};
    case 'field': {
      if (unsigned.length === 0 && !(replay.required && hasCalls)) return {};
      return { [replay.name]: unsigned.join('\n\n') };
    }
    case 'details': {
      const details = thoughts.flatMap(reasoningDetails);
      return details.length === 0 ? {} : { reasoning_details: details };
    }
    case 'parts': {
      if (unsigned.length === 0) return {};
      const thinking = unsigned.map((thought) => ({
        type: 'thinking',
        thinking: [{ type: 'text', text: thought }],
      }));
      return { content: text === '' ? thinking : [...thinking, { type: 'text', text }] };
    }
  }
}

/** OpenRouter's own list unchanged; thoughts that nobody signed as the plain entry that they are. */
function reasoningDetails(thought: ReasoningBlock): readonly unknown[] {
  if (!thought.proof) return thought.text === '' ? [] : [{ type: 'reasoning.text', text: thought.text }];
  return thought.proof.family === 'openrouter' ? writeDetails(thought) : [];
}
