import type { AssistantBlock, TextBlock } from '../../../form/blocks.ts';
import { child, isJson, type Json, listAt, textAt } from '../../../form/json.ts';
import type { ModelError } from '../../../form/model-error.ts';
import type { ModelResponse } from '../../../form/response.ts';
import { malformedCall, unfinished } from '../../decoding-failures.ts';
import type { DecodeContext } from '../../provider-dialect.ts';
import { readErrorBody } from '../../upstream-error.ts';
import { groundingCitations } from '../citations.ts';
import { isMalformedCall } from '../finish.ts';
import { blocksOfPart, logprobsOf } from '../parts.ts';
import { candidateOf, finishOf, identityOf, residueOfAnswer, usageOf } from './answer.ts';

/**
 * A whole `GenerateContentResponse` (spec/providers 7.2). Without `finishReason` it counts as done: it did arrive whole.
 * The JSON array that a stream without `alt=sse` is comes chunk by chunk to the stream's decoder.
 */
export function decodeResponse(body: unknown, context: DecodeContext): ModelResponse | ModelError {
  const error = readErrorBody(body, null);
  if (error) return error;
  if (!isJson(body)) return unfinished(body);
  const candidate = candidateOf(body);
  const feedback = child(body, 'promptFeedback');
  if (!candidate && !feedback) return unfinished(body);
  const raw = textAt(candidate, 'finishReason');
  if (raw !== null && isMalformedCall(raw))
    return malformedCall(raw, textAt(candidate, 'finishMessage'), body);
  const blocks = candidate ? candidateBlocks(candidate, context) : [];
  const hasCalls = blocks.some(({ kind }) => kind === 'tool-call');
  const residue = residueOfAnswer(body, candidate);
  return {
    ...identityOf(body),
    blocks,
    finish: finishOf(candidate, feedback, hasCalls),
    usage: usageOf(child(body, 'usageMetadata'), candidate),
    ...(residue ? { residue } : {}),
  };
}

function candidateBlocks(candidate: Json, context: DecodeContext): readonly AssistantBlock[] {
  const parts = listAt(child(candidate, 'content'), 'parts');
  const grounding = child(candidate, 'groundingMetadata');
  const logprobs = logprobsOf(candidate);
  let texts = 0;
  const decoded = parts.map((part) => (isJson(part) ? blocksOfPart(part, context) : []));
  const firstText = decoded.findIndex((blocks) => blocks.some(isText));
  return decoded.flatMap((blocks, part) =>
    blocks.map((block): AssistantBlock => {
      if (!isText(block)) return block;
      texts += 1;
      // Without a part number the first text is meant.
      const isAbout = (number: number) => number === part || (number === 0 && part === firstText);
      const citations = grounding ? groundingCitations(grounding, block.text, isAbout) : [];
      return {
        ...block,
        ...(citations.length > 0 ? { citations } : {}),
        ...(logprobs && texts === 1 ? { logprobs } : {}),
      };
    }),
  );
}

const isText = (block: AssistantBlock): block is TextBlock => block.kind === 'text';
