import type { FinishReason } from '../../form/response.ts';
import { ownValue } from '../../own-value.ts';

/** Cohere's words (spec/providers 2.3); what is not among them stays beside the reason as it came. */
const REASONS: Readonly<Record<string, FinishReason>> = {
  COMPLETE: 'stop',
  STOP_SEQUENCE: 'stop-sequence',
  TOOL_CALL: 'tool-calls',
  MAX_TOKENS: 'length',
  ERROR_LIMIT: 'context-full',
  ERROR_TOXIC: 'blocked-output',
};

export function finishReason(raw: string | null, hasCalls: boolean): FinishReason {
  const reason = raw === null ? 'stop' : (ownValue(REASONS, raw) ?? 'other');
  return hasCalls && reason === 'stop' ? 'tool-calls' : reason;
}
