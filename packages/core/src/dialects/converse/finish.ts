import { child, type Json, textAt } from '../../form/json.ts';
import type { ModelError } from '../../form/model-error.ts';
import type { Finish, FinishReason } from '../../form/response.ts';
import { ownValue } from '../../own-value.ts';

/** spec/providers 2.3, column converse. */
const REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop-sequence',
  tool_use: 'tool-calls',
  max_tokens: 'length',
  model_context_window_exceeded: 'context-full',
  content_filtered: 'blocked-output',
  guardrail_intervened: 'blocked-output',
  refusal: 'refusal',
  pause_turn: 'paused',
};

const MALFORMED = new Set(['malformed_tool_use', 'malformed_model_output']);

export interface Ending {
  readonly reason: string | null;
  readonly fields: Json | null;
  /** The model called tools of the caller. */
  readonly hasCalls: boolean;
  /** The model answered through our own tool, so that a call is no call. */
  readonly usedOutputTool: boolean;
  readonly stop: readonly string[] | undefined;
}

export function readFinish({ reason, fields, hasCalls, usedOutputTool, stop }: Ending): Finish | ModelError {
  if (reason !== null && MALFORMED.has(reason))
    return {
      kind: 'error',
      class: 'malformed-tool-call',
      message: 'The model wrote a tool call that cannot be read.',
      status: 502,
      code: reason,
      parameter: null,
      raw: { stopReason: reason, ...(fields ? { additionalModelResponseFields: fields } : {}) },
    };
  const meant = ownValue(REASONS, reason ?? '') ?? 'other';
  const found = meant === 'tool-calls' && usedOutputTool ? 'stop' : meant;
  const sequence = found === 'stop-sequence' ? stopSequence(fields, stop) : undefined;
  return {
    // Calls with a reason that says no more than "done" were made to be answered.
    reason: hasCalls && (found === 'stop' || found === 'other') ? 'tool-calls' : found,
    raw: reason,
    ...(sequence === undefined ? {} : { stopSequence: sequence }),
  };
}

/** Claude says which one, where it was asked to; of a single one it is clear. */
function stopSequence(fields: Json | null, stop: readonly string[] | undefined): string | undefined {
  return (
    textAt(child(fields, 'delta'), 'stop_sequence') ??
    textAt(fields, 'stop_sequence') ??
    (stop?.length === 1 ? stop[0] : undefined)
  );
}
