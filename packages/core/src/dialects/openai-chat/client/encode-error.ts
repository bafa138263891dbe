import type { Json } from '../../../form/json.ts';
import { ERROR_CLASSES, type ModelError } from '../../../form/model-error.ts';

/** What OpenAI's clients expect: a quota that is used up is a 429 to them (spec/providers 2.6). */
export function encodeError(error: ModelError): { readonly status: number; readonly body: Json } {
  const status = error.class === 'billing' ? 429 : ERROR_CLASSES[error.class].status;
  return { status, body: errorBody(error) };
}

/** The same object ends a stream that had begun. */
export function errorBody({ class: name, message, code, parameter }: ModelError): Json {
  const { chat } = ERROR_CLASSES[name];
  const own = code === chat.type ? null : code;
  return { error: { message, type: chat.type, param: parameter, code: chat.code ?? own } };
}
