import { assertNever } from '../../../assert-never.ts';
import type {
  AssistantBlock,
  FileBlock,
  ImageBlock,
  ReasoningBlock,
  ToolCallBlock,
  ToolResultBlock,
  UserBlock,
} from '../../../form/blocks.ts';
import { type Fault, fault } from '../../../form/fault.ts';
import { isJson, type Json, parseJson } from '../../../form/json.ts';
import type { Turn } from '../../../form/turns.ts';
import { givenId } from '../parts.ts';
import type { ContentContext } from './content-context.ts';
import { mediaPart } from './media.ts';

/** What Google takes in place of a signature for a call that another model made (spec/providers 2.9). */
const NO_SIGNATURE = 'skip_thought_signature_validator';

/**
 * The conversation as `contents` (spec/providers 7.1).
 *
 * @param turns of what can be said, strict, every call with its result in the next turn.
 */
export function encodeContents(turns: readonly Turn[], context: ContentContext): readonly Json[] | Fault {
  const contents: Json[] = [];
  for (const turn of turns) {
    const parts = turn.role === 'user' ? userParts(turn.content, context) : modelParts(turn.content, context);
    const refused = parts.find(isRefused);
    if (refused) return refused;
    contents.push({ role: turn.role === 'user' ? 'user' : 'model', parts });
  }
  return contents;
}

const isRefused = (part: Json | Fault): part is Fault => part.kind === 'fault';

/** Results come first in their turn; what older models cannot hold inside of one follows after the last of them. */
function userParts(content: readonly UserBlock[], context: ContentContext): readonly (Json | Fault)[] {
  const results = content.filter((block) => block.kind === 'tool-result');
  return [
    ...results.flatMap((result) => resultPart(result, context)),
    ...(context.model.takesMediaInResults ? [] : results.flatMap((result) => resultMedia(result, context))),
    ...content.flatMap((block) => (block.kind === 'tool-result' ? [] : [userPart(block, context)])),
  ];
}

function userPart(block: Exclude<UserBlock, ToolResultBlock>, context: ContentContext): Json | Fault {
  switch (block.kind) {
    case 'text':
      return { text: block.text };
    case 'image':
    case 'audio':
    case 'file':
      return mediaPart(block, context);
    case 'opaque':
      return block.value;
    default:
      return assertNever(block);
  }
}

/** Always an object with `output` or `error`: a bare text or list is refused, and an own object would be ambiguous. */
function resultPart(result: ToolResultBlock, context: ContentContext): readonly (Json | Fault)[] {
  const { names, model } = context;
  const id = givenId(result.callId);
  const texts = result.content.flatMap((block) => (block.kind === 'text' ? [block.text] : []));
  const media = model.takesMediaInResults ? mediaOf(result).map((block) => mediaPart(block, context)) : [];
  const refused = media.filter(isRefused);
  if (refused.length > 0) return refused;
  const text = texts.join('\n');
  return [
    {
      functionResponse: {
        ...(id === null ? {} : { id }),
        name: names.toWire(result.name ?? ''),
        response: result.isError ? { error: text } : { output: text },
        ...(media.length > 0 ? { parts: media } : {}),
      },
    },
  ];
}

function resultMedia(result: ToolResultBlock, context: ContentContext): readonly (Json | Fault)[] {
  const media = mediaOf(result).map((block) => mediaPart(block, context));
  if (media.length === 0) return [];
  return [{ text: `Returned by the call of ${context.names.toWire(result.name ?? '')}:` }, ...media];
}

const mediaOf = (result: ToolResultBlock): readonly (ImageBlock | FileBlock)[] =>
  result.content.filter((block) => block.kind !== 'text');

/**
 * A turn of the model. A seal (reasoning without text) goes back onto the part before it, or onto the first that can
 * take it when its place was lost on the way; foreign proofs and foreign thoughts stay out (spec/providers 2.9, 3.2).
 */
function modelParts(content: readonly AssistantBlock[], context: ContentContext): readonly (Json | Fault)[] {
  const parts: (Json | Fault)[] = [];
  let waiting: string | null = null;
  for (const block of content) {
    if (block.kind === 'reasoning' && block.text === '') {
      const seal = signatureOf(block);
      const last = parts.at(-1);
      if (seal !== null && last && canCarry(last))
        parts[parts.length - 1] = { ...last, thoughtSignature: seal };
      else waiting = seal;
      continue;
    }
    const part = modelPart(block, context);
    const carries = waiting !== null && canCarry(part);
    parts.push(carries ? { ...part, thoughtSignature: waiting } : part);
    if (carries) waiting = null;
  }
  if (waiting !== null) parts.push({ text: '', thoughtSignature: waiting });
  return context.model.wantsSignatures ? sealed(parts) : parts;
}

const canCarry = (part: Json | Fault): part is Json =>
  ('text' in part || 'inlineData' in part) && part.thought !== true && !('thoughtSignature' in part);

function signatureOf({ proof }: ReasoningBlock | ToolCallBlock): string | null {
  return proof?.family === 'google' && proof.kind === 'signature' ? proof.value : null;
}

/** Only thoughts with Google's own signature go back. */
export const takesBack = (block: ReasoningBlock) => signatureOf(block) !== null;

function modelPart(block: AssistantBlock, context: ContentContext): Json | Fault {
  switch (block.kind) {
    case 'text':
    case 'refusal':
      return { text: block.text };
    case 'image':
    case 'audio':
    case 'file':
      return mediaPart(block, context);
    case 'reasoning':
      return { text: block.text, thought: true, thoughtSignature: signatureOf(block) };
    case 'tool-call':
      return callPart(block, context);
    case 'opaque':
      return block.value;
    default:
      return assertNever(block);
  }
}

function callPart(block: ToolCallBlock, { names }: ContentContext): Json | Fault {
  const id = givenId(block.id);
  const signature = signatureOf(block);
  const args = argumentsOf(block);
  if (args === null)
    return fault(
      ['messages'],
      `The arguments of the tool call "${block.id.slice(0, 64)}" are no JSON object.`,
    );
  return {
    functionCall: { ...(id === null ? {} : { id }), name: names.toWire(block.name), args },
    ...(signature === null ? {} : { thoughtSignature: signature }),
  };
}

function argumentsOf(block: ToolCallBlock): Json | null {
  if (block.custom) return { input: block.arguments };
  if (block.arguments.trim() === '') return {};
  const args = parseJson(block.arguments);
  return args === null ? {} : isJson(args) ? args : null;
}

/** The first call of a turn must have a signature; calls beside it need none. */
function sealed(parts: readonly (Json | Fault)[]): readonly (Json | Fault)[] {
  const first = parts.findIndex((part) => 'functionCall' in part);
  return parts.map((part, index) =>
    index === first && !('thoughtSignature' in part) ? { ...part, thoughtSignature: NO_SIGNATURE } : part,
  );
}
