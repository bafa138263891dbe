import { ERROR_CLASSES, type ErrorClass, type ModelError } from '../form/model-error.ts';

/** An error that no error body told of. */
export function failure(
  errorClass: ErrorClass,
  message: string,
  code: string | null,
  raw: unknown,
): ModelError {
  const { status } = ERROR_CLASSES[errorClass];
  return { kind: 'error', class: errorClass, message, status, code, parameter: null, raw };
}

export const malformedCall = (raw: string, explanation: string | null, answer: unknown): ModelError =>
  failure(
    'malformed-tool-call',
    explanation ?? 'The model wrote a tool call that cannot be read.',
    raw,
    answer,
  );

export const unfinished = (answer: unknown): ModelError =>
  failure('upstream', 'The provider ended its answer without saying that it was complete.', null, answer);
