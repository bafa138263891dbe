import type { AssistantBlock } from '../../../form/blocks.ts';
import { child, isJson, type Json, listAt, textAt } from '../../../form/json.ts';
import type { ModelError } from '../../../form/model-error.ts';
import type { ModelResponse } from '../../../form/response.ts';
import { unfinished } from '../../decoding-failures.ts';
import type { DecodeContext } from '../../provider-dialect.ts';
import { readErrorBody } from '../../upstream-error.ts';
import { readStop } from '../stop-reason.ts';
import { readUsage } from '../usage.ts';
import {
  argumentsOf,
  blockResidue,
  callHead,
  citationsOf,
  isOutputCall,
  opaqueBlock,
  redactedBlock,
  residueIn,
  signature,
} from './decode-block.ts';

const KNOWN = [
  'id',
  'type',
  'role',
  'model',
  'content',
  'stop_reason',
  'stop_sequence',
  'stop_details',
  'usage',
];

/** A whole `message` (spec/providers 6.2). What is none is an error, of its own words if it has some. */
export function decodeResponse(body: Json, context: DecodeContext): ModelResponse | ModelError {
  if (!isJson(body)) return unfinished(body);
  if (!Array.isArray(body.content) && textAt(body, 'stop_reason') === null)
    return readErrorBody(body, null) ?? unfinished(body);
  const content = listAt(body, 'content').filter(isJson);
  const blocks = answerOf(content, context).flatMap((block) => decodeBlock(block, context));
  return {
    id: textAt(body, 'id'),
    model: textAt(body, 'model'),
    created: null,
    blocks,
    finish: readStop(body, { calls: blocks.some(({ kind }) => kind === 'tool-call') }),
    usage: readUsage(child(body, 'usage')),
    ...residueIn(body, KNOWN),
  };
}

/** Words around an answer by schema are no part of it: the caller reads it as JSON. */
function answerOf(content: readonly Json[], context: DecodeContext): readonly Json[] {
  const calls = content.filter(({ type }) => type === 'tool_use');
  const isOutput = calls.length > 0 && calls.every((block) => isOutputCall(block, context));
  return isOutput ? content.filter(({ type }) => type !== 'text') : content;
}

function decodeBlock(block: Json, context: DecodeContext): AssistantBlock[] {
  switch (block.type) {
    case 'text':
      return textBlock(textAt(block, 'text') ?? '', block);
    case 'thinking':
      return thinkingBlock(block);
    case 'redacted_thinking':
      return [redactedBlock(block)];
    case 'tool_use':
      if (isOutputCall(block, context)) return textBlock(argumentsOf(block.input), {});
      return [
        {
          kind: 'tool-call',
          ...callHead(block, context),
          arguments: argumentsOf(block.input),
          ...blockResidue(block),
        },
      ];
    default:
      return [opaqueBlock(block)];
  }
}

function textBlock(text: string, block: Json): AssistantBlock[] {
  const citations = citationsOf(block);
  if (text === '' && citations.length === 0) return [];
  return [{ kind: 'text', text, ...(citations.length > 0 ? { citations } : {}), ...blockResidue(block) }];
}

function thinkingBlock(block: Json): AssistantBlock[] {
  const text = textAt(block, 'thinking') ?? '';
  const signed = textAt(block, 'signature') ?? '';
  if (text === '' && signed === '') return [];
  return [
    {
      kind: 'reasoning',
      text,
      ...(signed === '' ? {} : { proof: signature(signed) }),
      ...blockResidue(block),
    },
  ];
}
