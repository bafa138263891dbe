import { ERROR_CLASSES, type ErrorClass, type ModelError } from '../../form/model-error.ts';
import type { Finish, FinishReason } from '../../form/response.ts';
import { ownValue } from '../../own-value.ts';

/** Words of OpenAI and of those who copied its format (spec/providers 2.3). */
const REASONS: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  // Together
  eos: 'stop',
  length: 'length',
  // Mistral: the context is full
  model_length: 'context-full',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'blocked-output',
};

/** Words for a provider that failed where an answer's end is due: OpenRouter and Mistral, DeepSeek. */
const FAILURES: Readonly<Record<string, ErrorClass>> = {
  error: 'upstream',
  insufficient_system_resource: 'overloaded',
};

/**
 * What a `finish_reason` says, held against what the answer holds: with a call in it, "done" and words that nobody knows
 * mean that calls were made; without one, `tool_calls` means no more than "done" (our own forced tool, whose arguments
 * became the text); words of refusal make a "done" a refusal.
 */
export function readFinish(
  raw: string | null,
  holds: { readonly calls: boolean; readonly refusal: boolean },
): Finish | ModelError {
  const failure = ownValue(FAILURES, raw ?? '');
  if (failure) return failed(failure, raw ?? '');
  return { reason: inContext(ownValue(REASONS, raw ?? '') ?? 'other', holds), raw };
}

function inContext(
  reason: FinishReason,
  holds: { readonly calls: boolean; readonly refusal: boolean },
): FinishReason {
  if (reason === 'tool-calls') return holds.calls ? 'tool-calls' : 'stop';
  if (reason !== 'stop' && reason !== 'other') return reason;
  if (holds.calls) return 'tool-calls';
  return holds.refusal && reason === 'stop' ? 'refusal' : reason;
}

const failed = (errorClass: ErrorClass, raw: string): ModelError => ({
  kind: 'error',
  class: errorClass,
  message: `The provider failed while it answered (finish_reason "${raw}").`,
  status: ERROR_CLASSES[errorClass].status,
  code: raw,
  parameter: null,
  raw: { finish_reason: raw },
});

export type ChatFinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter';

/** @param refusal whether the answer holds words of refusal: then it ended as it should, else somebody took it away. */
export function writeFinish(reason: FinishReason, refusal: boolean): ChatFinishReason {
  switch (reason) {
    case 'tool-calls':
      return 'tool_calls';
    case 'length':
    case 'context-full':
      return 'length';
    case 'blocked-output':
    case 'blocked-prompt':
      return 'content_filter';
    case 'refusal':
      return refusal ? 'stop' : 'content_filter';
    case 'stop':
    case 'stop-sequence':
    case 'paused':
    case 'other':
      return 'stop';
  }
}
