import type { AssistantBlock } from '../../../form/blocks.ts';
import { child, isJson, type Json, listAt, residueOf, textAt } from '../../../form/json.ts';
import { isModelError, type ModelError } from '../../../form/model-error.ts';
import type { ModelResponse } from '../../../form/response.ts';
import { header } from '../../../http/header-map.ts';
import type { DecodeContext } from '../../provider-dialect.ts';
import { readErrorBody, readUpstreamError } from '../../upstream-error.ts';
import { readFinish } from '../finish.ts';
import { readUsage } from '../usage.ts';
import { decodeBlock } from './decode-block.ts';

const READ = ['output', 'stopReason', 'usage'];

/** A Converse answer. It names neither itself nor its model; the request's id stands in headers (spec/providers 8.2). */
export function decodeResponse(body: Json, context: DecodeContext): ModelResponse | ModelError {
  const message = child(child(body, 'output'), 'message');
  const reason = textAt(body, 'stopReason');
  if (!message && reason === null) return noAnswer(body, context);
  const blocks = listAt(message, 'content')
    .filter(isJson)
    .flatMap((block) => decodeBlock(block, context));
  const { answer, usedOutputTool } = outputToolAnswer(blocks, context.outputTool);
  const finish = readFinish({
    reason,
    fields: child(body, 'additionalModelResponseFields'),
    hasCalls: answer.some(({ kind }) => kind === 'tool-call'),
    usedOutputTool,
    stop: context.request.parameters.stop,
  });
  if (isModelError(finish)) return finish;
  const rest = residueOf(body, READ);
  return {
    id: requestId(context),
    model: null,
    created: null,
    blocks: answer,
    finish,
    usage: readUsage(child(body, 'usage')),
    ...(rest ? { residue: { dialect: 'converse', value: rest } } : {}),
  };
}

export const requestId = ({ headers }: DecodeContext) => header(headers, 'x-amzn-requestid') ?? null;

function noAnswer(body: Json, { headers }: DecodeContext): ModelError {
  return readErrorBody(body, null) ?? readUpstreamError({ status: 502, headers, text: JSON.stringify(body) });
}

/**
 * An answer given through our own tool is the text of its arguments; words that the model wrote beside it would spoil
 * what the caller parses. Calls of the caller's own tools stay calls.
 */
function outputToolAnswer(blocks: readonly AssistantBlock[], outputTool: string | undefined) {
  const isOutput = (block: AssistantBlock) => block.kind === 'tool-call' && block.name === outputTool;
  const usedOutputTool = outputTool !== undefined && blocks.some(isOutput);
  if (!usedOutputTool) return { answer: blocks, usedOutputTool };
  const answer = blocks
    .filter(({ kind }) => kind !== 'text')
    .map(
      (block): AssistantBlock =>
        block.kind === 'tool-call' && isOutput(block) ? { kind: 'text', text: block.arguments } : block,
    );
  return { answer, usedOutputTool };
}
