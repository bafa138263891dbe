import { createHash } from 'node:crypto';
import { type NameRule, wireName } from '../../../form/wire-names.ts';
import type { ChatDeviations } from './deviations.ts';

/**
 * OpenAI takes 40 characters; what other models make up (`functions.search:0`) is refused by some servers
 * (spec/providers 2.5 and 12).
 */
const ANY_CALL_ID: NameRule = { forbidden: /[^A-Za-z0-9_-]/g, maxLength: 40 };

const NINE = /^[A-Za-z0-9]{9}$/;

/** A call's id as the provider takes it: the same original always gives the same id, for calls and for their results. */
export function wireCallId(id: string, rule: ChatDeviations['callIds']): string {
  if (rule === 'any') return wireName(id, ANY_CALL_ID);
  return NINE.test(id) ? id : createHash('sha256').update(id).digest('hex').slice(0, 9);
}
