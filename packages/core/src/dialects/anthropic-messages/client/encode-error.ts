import type { Json } from '../../../form/json.ts';
import { ERROR_CLASSES, type ModelError } from '../../../form/model-error.ts';
import type { AnswerContext } from '../../client-dialect.ts';

/** Anthropic's own status for a provider without capacity; its clients retry on it. */
const OVERLOADED = 529;

/** spec/providers 2.6, column messages. */
export function encodeError(
  error: ModelError,
  context: Pick<AnswerContext, 'newId'>,
): { readonly status: number; readonly body: Json } {
  const { status, messages: type } = ERROR_CLASSES[error.class];
  return {
    status: error.class === 'overloaded' ? OVERLOADED : status,
    body: {
      type: 'error',
      error: { type, message: error.message },
      request_id: context.newId('req_'),
    },
  };
}
