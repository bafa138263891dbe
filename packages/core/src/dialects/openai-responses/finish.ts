import { child, type Json, textAt } from '../../form/json.ts';
import type { Finish, FinishReason } from '../../form/response.ts';
import { ownValue } from '../../own-value.ts';

/** Why the answer ended (spec/providers 2.3, 5.3): the reason for stopping early goes before everything. */
export function readFinish(response: Json, hasCalls: boolean): Finish {
  const early = textAt(child(response, 'incomplete_details'), 'reason');
  const status = textAt(response, 'status');
  const raw = early ?? status;
  if (early !== null || status === 'incomplete')
    return { reason: ownValue(INCOMPLETE, early ?? '') ?? 'other', raw };
  return { reason: hasCalls ? 'tool-calls' : 'stop', raw };
}

const INCOMPLETE: Readonly<Record<string, FinishReason>> = {
  max_output_tokens: 'length',
  content_filter: 'blocked-output',
};

/** Whether the status of an answer that ended so says all; otherwise its raw words are kept beside the form. */
export const isPlainFinish = ({ reason, raw }: Finish): boolean =>
  reason !== 'other' && (raw === null || raw === 'completed' || ownValue(INCOMPLETE, raw) !== undefined);

/** The members that say how an answer ended. A refusal in the model's own words is a complete answer. */
export function writeFinish(finish: Finish, hasRefusal: boolean): Json {
  const reason = incompleteReason(finish.reason, hasRefusal);
  return reason === null
    ? { status: 'completed', incomplete_details: null }
    : { status: 'incomplete', incomplete_details: { reason } };
}

function incompleteReason(reason: FinishReason, hasRefusal: boolean): string | null {
  switch (reason) {
    case 'length':
    case 'context-full':
      return 'max_output_tokens';
    case 'blocked-output':
    case 'blocked-prompt':
      return 'content_filter';
    case 'refusal':
      return hasRefusal ? null : 'content_filter';
    default:
      return null;
  }
}
