import { isJson, type Json } from '../../../form/json.ts';
import type { ModelError } from '../../../form/model-error.ts';
import { readErrorBody } from '../../upstream-error.ts';

/** The error in an event or a body of any shape: nested, or flat beside `type: "error"`. Null: there is none. */
export const errorIn = (body: Json): ModelError | null =>
  readErrorBody(body, null) ?? (body.type === 'error' ? { ...UNEXPLAINED, raw: body } : null);

/** Whether an answer says that it failed; an empty error is none. */
export const isFailed = ({ status, error }: Json): boolean =>
  status === 'failed' || status === 'cancelled' || (isJson(error) && Object.keys(error).length > 0);

/** Why an answer failed, by its `error`. */
export function errorOf(response: Json | null, raw: Json): ModelError {
  const error = response?.error;
  const found = isJson(error) ? readErrorBody({ error }, null) : null;
  return { ...(found ?? UNEXPLAINED), raw };
}

const UNEXPLAINED: Omit<ModelError, 'raw'> = {
  kind: 'error',
  class: 'upstream',
  message: 'The provider failed without saying why.',
  status: 502,
  code: null,
  parameter: null,
};
