import type { Json } from '../../../form/json.ts';
import type { ModelResponse } from '../../../form/response.ts';
import { unfoldResponse } from '../../../form/unfold-response.ts';
import type { AnswerContext } from '../../client-dialect.ts';
import { AnswerWriter } from './answer-writer.ts';

/** The answer that a stream of it would end with: one writer for both, so that they never differ. */
export function encodeResponse(response: ModelResponse, context: AnswerContext): Json {
  const writer = new AnswerWriter(context, () => undefined);
  for (const event of unfoldResponse(response)) writer.write(event);
  return writer.response;
}
