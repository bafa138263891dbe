import { child, type Json, listAt } from '../../form/json.ts';
import { errorIn } from './pieces.ts';

const TERMINAL = new Set(['response.completed', 'response.incomplete', 'response.failed']);

/**
 * OpenAI Responses: the terminal event holds the whole response. Some relays leave its `output` empty, and a stream that
 * broke off has none: then the items that were done make it (spec/providers 5.3).
 */
export function assembleResponses(events: readonly Json[]): Json | null {
  const terminal = events.findLast((event) => TERMINAL.has(String(event.type)));
  const response = child(
    terminal ?? events.findLast((event) => child(event, 'response')) ?? null,
    'response',
  );
  if (!response) return null;
  const output = listAt(response, 'output');
  return {
    ...response,
    output: output.length > 0 ? output : doneItems(events),
    ...(response.error ? {} : streamError(events)),
  };
}

function doneItems(events: readonly Json[]): readonly unknown[] {
  const items = new Map<unknown, unknown>();
  for (const event of events)
    if (event.type === 'response.output_item.done') items.set(event.output_index ?? items.size, event.item);
  return [...items.values()];
}

/** `event: error` is flat in some versions: its fields stand beside the type. */
function streamError(events: readonly Json[]): Json {
  const flat = events.find((event) => event.type === 'error');
  if (!flat) return {};
  const { type: _, sequence_number: __, ...error } = flat;
  return child(flat, 'error') ? errorIn([flat]) : { error };
}
