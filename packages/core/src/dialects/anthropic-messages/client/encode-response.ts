import type { Json } from '../../../form/json.ts';
import { residueFor } from '../../../form/provenance.ts';
import type { ModelResponse } from '../../../form/response.ts';
import type { AnswerContext } from '../../client-dialect.ts';
import { writeStop } from '../stop-reason.ts';
import { writeUsage } from '../usage.ts';
import { encodeBlock } from './encode-blocks.ts';

/** A whole `message` (spec/providers 6.2). */
export function encodeResponse(response: ModelResponse, context: AnswerContext): Json {
  return {
    id: response.id ?? context.newId('msg_'),
    type: 'message',
    role: 'assistant',
    model: response.model ?? context.model,
    content: response.blocks.flatMap(encodeBlock),
    ...writeStop(response.finish),
    usage: writeUsage(response.usage),
    ...residueFor('anthropic-messages', response.residue),
  };
}
