import { child, isJson, type Json } from '../../form/json.ts';
import {
  appendList,
  appendText,
  finished,
  type Growing,
  inOrder,
  numbered,
  parsedInput,
  takeFields,
} from './pieces.ts';

export interface ConverseEvent {
  /** `:event-type`, or `:exception-type` of an exception. */
  readonly type: string;
  readonly isException: boolean;
  readonly content: Json;
}

const PADDING = 'p';

/** Bedrock's ConverseStream (spec/providers 8.3). Null when no frame is one of its events. */
export function assembleConverse(events: readonly ConverseEvent[]): Json | null {
  const answer: Growing = new Map();
  const message: Growing = new Map();
  const blocks = new Map<number, Growing>();
  for (const { type, isException, content } of events) {
    if (isException) {
      answer.set('error', { type, ...content });
      continue;
    }
    switch (type) {
      case 'messageStart':
        takeFields(message, content, [PADDING]);
        break;
      case 'contentBlockStart':
        takeFields(numbered(blocks, content.contentBlockIndex), child(content, 'start') ?? {});
        break;
      case 'contentBlockDelta':
        takeDelta(numbered(blocks, content.contentBlockIndex), child(content, 'delta') ?? {});
        break;
      case 'messageStop':
      case 'metadata':
        takeFields(answer, content, [PADDING]);
        break;
      default:
    }
  }
  if (answer.size + message.size + blocks.size === 0) return null;
  message.set('content', inOrder(blocks).map(finishBlock));
  return { output: { message: finished(message) }, ...finished(answer) };
}

/** Streamed pieces, under names that the finished block does not have. */
const [INPUT, REASONING, SIGNATURE, CITATIONS] = ['input', 'reasoning', 'signature', 'citations'] as const;

function takeDelta(block: Growing, delta: Json): void {
  if ('text' in delta) appendText(block, 'text', delta.text);
  const toolUse = child(delta, 'toolUse');
  if (toolUse) appendText(block, INPUT, toolUse.input);
  const reasoning = child(delta, 'reasoningContent');
  if (reasoning) {
    appendText(block, REASONING, reasoning.text);
    appendText(block, SIGNATURE, reasoning.signature);
    appendText(block, 'redactedContent', reasoning.redactedContent);
  }
  if (isJson(delta.citation)) appendList(block, CITATIONS, [delta.citation]);
}

function finishBlock(block: Growing): Json {
  const {
    [INPUT]: input,
    [REASONING]: text,
    [SIGNATURE]: signature,
    redactedContent,
    ...rest
  } = finished(block);
  const { [CITATIONS]: citations, ...plain } = rest;
  const toolUse = child(plain, 'toolUse');
  if (toolUse) return { ...plain, toolUse: { ...toolUse, input: parsedInput(input) } };
  if (redactedContent !== undefined) return { reasoningContent: { redactedContent } };
  if (text !== undefined || signature !== undefined)
    return {
      reasoningContent: {
        reasoningText: {
          ...(text === undefined ? {} : { text }),
          ...(signature === undefined ? {} : { signature }),
        },
      },
    };
  return citations === undefined ? plain : { citationsContent: { content: [plain], citations } };
}
