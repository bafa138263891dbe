import type { FinishReason } from '../../form/response.ts';
import { ownValue } from '../../own-value.ts';

const BLOCKED: FinishReason = 'blocked-output';

/** Google's words (spec/providers 2.3); what is not among them stays beside the reason as it came. */
const REASONS: Readonly<Record<string, FinishReason>> = {
  STOP: 'stop',
  MAX_TOKENS: 'length',
  SAFETY: BLOCKED,
  RECITATION: BLOCKED,
  LANGUAGE: BLOCKED,
  BLOCKLIST: BLOCKED,
  PROHIBITED_CONTENT: BLOCKED,
  SPII: BLOCKED,
  IMAGE_SAFETY: BLOCKED,
  IMAGE_PROHIBITED_CONTENT: BLOCKED,
  IMAGE_RECITATION: BLOCKED,
};

const MALFORMED = new Set(['MALFORMED_FUNCTION_CALL', 'UNEXPECTED_TOOL_CALL', 'TOO_MANY_TOOL_CALLS']);

/** The model wrote a call that nobody can run. */
export const isMalformedCall = (raw: string | null) => raw !== null && MALFORMED.has(raw);

/** `STOP` with calls means that calls were made: Google has no word of its own for it. */
export function finishReason(raw: string | null, hasCalls: boolean): FinishReason {
  const reason = raw === null ? 'stop' : (ownValue(REASONS, raw) ?? 'other');
  return hasCalls && reason === 'stop' ? 'tool-calls' : reason;
}
