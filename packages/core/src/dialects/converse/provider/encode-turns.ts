import { assertNever } from '../../../assert-never.ts';
import type {
  AssistantBlock,
  ReasoningBlock,
  ToolCallBlock,
  ToolResultBlock,
  UserBlock,
} from '../../../form/blocks.ts';
import { type Fault, isFault } from '../../../form/fault.ts';
import { isJson, type Json, parseJson } from '../../../form/json.ts';
import type { Message } from '../../../form/request.ts';
import { pairCalls, strictTurns, type Turn } from '../../../form/turns.ts';
import type { ConverseModel } from '../models.ts';
import { encodeDocument, encodeImage } from './encode-media.ts';
import { cached, callId, refuse, type Speech } from './speech.ts';

/** Whether a block has words for this model at all: blank texts and other families' proofs have none (2.9, 8.1). */
function isSayable(block: UserBlock | AssistantBlock, model: ConverseModel): boolean {
  switch (block.kind) {
    case 'text':
    case 'refusal':
      return block.text.trim() !== '';
    case 'reasoning':
      return isProven(block, model);
    case 'opaque':
      return block.dialect === 'converse';
    default:
      return true;
  }
}

function isProven({ proof }: ReasoningBlock, { vendor }: ConverseModel): boolean {
  const isItsOwn = vendor === 'anthropic' || vendor === 'unknown';
  return isItsOwn && proof?.family === 'anthropic' && proof.kind !== 'encrypted' && proof.value !== '';
}

/** Strict turns, user first, every call with its result in the next turn (spec/providers 8.1). */
export function converseTurns(messages: readonly Message[], model: ConverseModel): Turn[] | Fault {
  const said = messages.map((message): Message => {
    if (message.role === 'assistant')
      return { role: 'assistant', content: message.content.filter((it) => isSayable(it, model)) };
    if (message.role === 'user')
      return { role: 'user', content: message.content.filter((it) => isSayable(it, model)) };
    return { role: 'system', content: message.content.filter((it) => isSayable(it, model)) };
  });
  const turns = pairCalls(strictTurns(said));
  if (isFault(turns)) return turns;
  return turns[0]?.role === 'assistant' ? [OPENING, ...turns] : turns;
}

/** Bedrock wants the user to begin. Some callers begin with a greeting of the assistant. */
const OPENING: Turn = { role: 'user', content: [{ kind: 'text', text: '(The conversation begins.)' }] };

export interface TurnOptions {
  /** Thinking is off: then a last turn of the assistant may hold none (spec/providers 2.9). */
  readonly thinks: boolean;
}

export function encodeTurns(turns: readonly Turn[], { thinks }: TurnOptions, speech: Speech): Json[] {
  return turns.map((turn, at) => {
    if (turn.role === 'user') return { role: 'user', content: userContent(turn.content, speech) };
    const isLast = at === turns.length - 1;
    const blocks = isLast ? prefill(turn.content, thinks) : turn.content;
    return { role: 'assistant', content: blocks.flatMap((block) => assistantBlock(block, speech)) };
  });
}

/** What the model shall go on with: it may not end in white space. */
function prefill(content: readonly AssistantBlock[], thinks: boolean): readonly AssistantBlock[] {
  const blocks = thinks ? content : content.filter(({ kind }) => kind !== 'reasoning');
  const last = blocks.at(-1);
  return last?.kind === 'text' ? [...blocks.slice(0, -1), { ...last, text: last.text.trimEnd() }] : blocks;
}

function userContent(content: readonly UserBlock[], speech: Speech): Json[] {
  const results = content.filter((block) => block.kind === 'tool-result');
  const others = content.filter((block) => block.kind !== 'tool-result');
  const said = others.flatMap((block) => userBlock(block, speech));
  if (results.length > 0 && said.length > 0 && !speech.model.mixesResults) {
    // This model takes nothing beside results, so the last result carries the rest.
    const last = results.length - 1;
    return results.flatMap((block, at) =>
      toolResult(block, speech, at === last ? said.filter(isContent) : []),
    );
  }
  return withText([...results.flatMap((block) => toolResult(block, speech)), ...said]);
}

const isContent = (block: Json) => !('cachePoint' in block);

/** A document needs a text beside it. */
function withText(content: Json[]): Json[] {
  const names = content.flatMap(({ document }) => (isJson(document) ? [String(document.name)] : []));
  if (names.length === 0 || content.some((block) => 'text' in block)) return content;
  return [{ text: `Document: ${names.join(', ')}` }, ...content];
}

function userBlock(block: Exclude<UserBlock, ToolResultBlock>, speech: Speech): Json[] {
  switch (block.kind) {
    case 'text':
      return cached(speech, [{ text: block.text }], block.cache);
    case 'image':
      return cached(speech, encodeImage(block, speech), block.cache);
    case 'file':
      return cached(speech, encodeDocument(block, speech), block.cache);
    case 'audio':
      return block.transcript
        ? cached(speech, [{ text: block.transcript }], block.cache)
        : refuse(speech, 'Amazon Bedrock takes no audio here. Send text.');
    case 'opaque':
      return isJson(block.value) ? [block.value] : [];
    default:
      return assertNever(block);
  }
}

const NO_OUTPUT = { text: '(no output)' };

function toolResult(block: ToolResultBlock, speech: Speech, more: Json[] = []): Json[] {
  const { resultStatus } = speech.model;
  const said = block.content
    .filter((it) => isSayable(it, speech.model))
    .flatMap((it) => userBlock(it, speech));
  // Its own points lie inside, where none may be: the one behind the result stands for them.
  const points = said.filter((it) => !isContent(it));
  const content = [...said.filter(isContent), ...more];
  const failed = block.isError && !resultStatus ? [{ text: 'Error:' }] : [];
  const result = {
    toolUseId: callId(speech, block.callId),
    content: content.length === 0 ? [...failed, NO_OUTPUT] : [...failed, ...content],
    ...(block.isError && resultStatus ? { status: 'error' } : {}),
  };
  const written = cached(speech, [{ toolResult: result }], block.cache);
  return written.length === 1 && points[0] ? [...written, points[0]] : written;
}

function assistantBlock(block: AssistantBlock, speech: Speech): Json[] {
  switch (block.kind) {
    case 'text':
    case 'refusal':
      return cached(speech, [{ text: block.text }], block.cache);
    case 'tool-call':
      return cached(speech, [{ toolUse: toolUse(block, speech) }], block.cache);
    case 'reasoning':
      return [{ reasoningContent: reasoningContent(block) }];
    case 'opaque':
      return isJson(block.value) ? [block.value] : [];
    case 'image':
    case 'audio':
    case 'file':
      return refuse(speech, `Amazon Bedrock takes no ${block.kind} in a turn of the assistant.`);
    default:
      return assertNever(block);
  }
}

const toolUse = ({ id, name, arguments: text, custom }: ToolCallBlock, speech: Speech): Json => ({
  toolUseId: callId(speech, id),
  name: speech.names.toWire(name),
  input: custom ? { input: text } : inputOf(text),
});

/** An object, never text. What a model wrote that is none goes back as it was, under a name of its own. */
function inputOf(text: string): Json {
  const parsed = text.trim() === '' ? {} : parseJson(text);
  if (parsed === null) return {};
  return isJson(parsed) ? parsed : { input: text };
}

function reasoningContent({ text, proof }: ReasoningBlock): Json {
  const value = proof?.value ?? '';
  return proof?.kind === 'redacted'
    ? // Bytes on this wire, the text of them in Anthropic's own format.
      { redactedContent: Buffer.from(value).toString('base64') }
    : { reasoningText: { text, signature: value } };
}
