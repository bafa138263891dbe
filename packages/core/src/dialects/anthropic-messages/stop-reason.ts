import { child, type Json, textAt } from '../../form/json.ts';
import type { Finish, FinishReason } from '../../form/response.ts';
import { ownValue } from '../../own-value.ts';

/** spec/providers 2.3, column messages. */
const REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop-sequence',
  tool_use: 'tool-calls',
  max_tokens: 'length',
  model_context_window_exceeded: 'context-full',
  refusal: 'refusal',
  pause_turn: 'paused',
  compaction: 'paused',
};

/** What the answer holds: it tells what a stop reason means. */
export interface Made {
  /** Calls of the caller's own tools. */
  readonly calls: boolean;
}

/**
 * Why the model stopped. Calls make every "done" a `tool-calls`; `tool_use` without a call of the caller's is our own
 * forced tool, and that is done (spec/providers 2.3, 6.4).
 *
 * @param stopped holds `stop_reason`, `stop_sequence` and `stop_details`.
 */
export function readStop(stopped: Json, made: Made): Finish {
  const raw = textAt(stopped, 'stop_reason');
  const known = ownValue(REASONS, raw ?? '') ?? 'other';
  const stopSequence = textAt(stopped, 'stop_sequence');
  const details = child(stopped, 'stop_details');
  const explanation = textAt(details, 'explanation');
  return {
    reason: inContext(known, made),
    raw,
    ...(stopSequence === null ? {} : { stopSequence }),
    ...(explanation === null ? {} : { explanation }),
    ...(details === null ? {} : { details }),
  };
}

function inContext(reason: FinishReason, made: Made): FinishReason {
  if (reason === 'tool-calls') return made.calls ? reason : 'stop';
  return made.calls && (reason === 'stop' || reason === 'other') ? 'tool-calls' : reason;
}

const WORDS: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  'stop-sequence': 'stop_sequence',
  'tool-calls': 'tool_use',
  length: 'max_tokens',
  'context-full': 'model_context_window_exceeded',
  'blocked-output': 'refusal',
  'blocked-prompt': 'refusal',
  refusal: 'refusal',
  paused: 'pause_turn',
  other: 'end_turn',
};

/** The three members that say why an answer ended; a compaction keeps its own word, which the form groups with pauses. */
export function writeStop(finish: Finish): Json {
  const word = WORDS[finish.reason];
  return {
    stop_reason: finish.raw === 'compaction' ? finish.raw : word,
    stop_sequence: finish.stopSequence ?? null,
    stop_details: word === 'refusal' ? refusalDetails(finish) : null,
  };
}

/** Another provider's details are not of this shape. */
const refusalDetails = ({ details, explanation }: Finish): Json =>
  details?.type === 'refusal'
    ? details
    : { type: 'refusal', category: null, explanation: explanation ?? null };
