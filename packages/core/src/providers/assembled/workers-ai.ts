import { isJson, type Json, listAt } from '../../form/json.ts';
import { appendList, appendText, errorIn, finished, type Growing, takeFields } from './pieces.ts';

/** Workers AI's own stream (spec/providers 11): `response` is a piece of text, `p` is padding. */
export function assembleWorkersAi(events: readonly Json[]): Json {
  const answer: Growing = new Map();
  for (const event of events) {
    takeFields(answer, event, ['response', 'tool_calls', 'p', 'error']);
    if ('response' in event) appendText(answer, 'response', event.response);
    const calls = listAt(event, 'tool_calls').filter((call) => isJson(call) && call.name !== null);
    if (calls.length > 0) appendList(answer, 'tool_calls', calls);
  }
  return { ...finished(answer), ...errorIn(events) };
}
