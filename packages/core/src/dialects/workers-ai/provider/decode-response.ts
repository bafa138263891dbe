import type { AssistantBlock } from '../../../form/blocks.ts';
import { child, isJson, type Json, residueOf } from '../../../form/json.ts';
import type { ModelError } from '../../../form/model-error.ts';
import type { ModelResponse } from '../../../form/response.ts';
import { unfinished } from '../../decoding-failures.ts';
import type { DecodeContext } from '../../provider-dialect.ts';
import { readErrorBody } from '../../upstream-error.ts';
import { callsOf, finishOf, responseText } from '../answer.ts';
import { workersAiUsage } from '../usage.ts';

const RESULT = ['response', 'tool_calls', 'usage'];

/**
 * A whole answer, in Cloudflare's envelope or without it.
 *
 * @param openAi reads the answers of newer models, which are in OpenAI's shape inside of the envelope.
 */
export function decodeResponse(
  body: unknown,
  context: DecodeContext,
  openAi: (result: Json) => ModelResponse | ModelError,
): ModelResponse | ModelError {
  const error = readErrorBody(body, null);
  if (error) return error;
  if (!isJson(body)) return unfinished(body);
  const result = child(body, 'result') ?? body;
  if (Array.isArray(result.choices)) return openAi(result);
  if (!('response' in result) && !Array.isArray(result.tool_calls)) return unfinished(body);
  const calls = callsOf(result, context);
  const usage = workersAiUsage(child(result, 'usage'));
  const own = residueOf(result, RESULT);
  const envelope = result === body ? null : residueOf(body, ['result']);
  const value = { ...own, ...(envelope ? { envelope } : {}) };
  return {
    id: null,
    model: null,
    created: null,
    blocks: [...textBlocks(result.response), ...calls],
    finish: finishOf(calls.length > 0, usage, context),
    usage,
    ...(Object.keys(value).length > 0 ? { residue: { dialect: 'workers-ai', value } } : {}),
  };
}

/** A value that JSON mode gave stays beside its text. */
function textBlocks(response: unknown): readonly AssistantBlock[] {
  const text = responseText(response);
  if (text === '') return [];
  const residue = { dialect: 'workers-ai', value: { response } } as const;
  return [{ kind: 'text', text, ...(typeof response === 'string' ? {} : { residue }) }];
}
