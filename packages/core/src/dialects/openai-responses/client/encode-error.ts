import type { Json } from '../../../form/json.ts';
import { ERROR_CLASSES, type ModelError } from '../../../form/model-error.ts';

export interface ErrorWords {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
}

/** An error in OpenAI's words (spec/providers 2.6): the class's own code, or the provider's where the class has none. */
export function errorWords(error: ModelError): ErrorWords {
  const { type, code } = ERROR_CLASSES[error.class].chat;
  const own = error.code === type ? null : error.code;
  return { message: error.message, type, param: error.parameter, code: code ?? own };
}

export function encodeError(error: ModelError): { readonly status: number; readonly body: Json } {
  // OpenAI's clients know an empty account as a 429 that must not be tried again.
  const status = error.class === 'billing' ? 429 : ERROR_CLASSES[error.class].status;
  return { status, body: { error: { ...errorWords(error) } } };
}
