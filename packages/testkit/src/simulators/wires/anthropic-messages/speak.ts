import type { Refused } from '../../request-reader.ts';
import { callsOf, type Problem, type Script, type Step } from '../../script.ts';
import { JSON_HEADERS, type WireError } from '../../wire.ts';

export type MessageEvent = { readonly type: string; readonly [member: string]: unknown };

const stopReason = (script: Script): string => {
  if (script.finish === 'length') return 'max_tokens';
  if (script.finish !== 'done') return 'refusal';
  return callsOf(script).length > 0 ? 'tool_use' : 'end_turn';
};

/** The model's words that it will not answer have no block of their own here. */
const refusalOf = (script: Script): string | null =>
  script.finish === 'refused'
    ? script.steps.flatMap((step) => (step.kind === 'refusal' ? step.pieces : [])).join('')
    : null;

const stopDetails = (script: Script) =>
  stopReason(script) === 'refusal'
    ? { type: 'refusal', category: null, explanation: refusalOf(script) }
    : null;

/** `input_tokens` leaves the cached ones out. */
const usage = ({ usage: { input, cached, output } }: Script, written = output) => ({
  input_tokens: input - cached,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: cached,
  cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
  output_tokens: written,
  service_tier: 'standard',
});

export function message(script: Script, model: string) {
  const thoughtTokens = script.usage.reasoning;
  return {
    id: 'msg_simulated',
    type: 'message',
    role: 'assistant',
    model,
    content: blocksOf(script),
    stop_reason: stopReason(script),
    stop_sequence: null,
    stop_details: stopDetails(script),
    usage: { ...usage(script), output_tokens_details: { thinking_tokens: thoughtTokens } },
  };
}

function blocksOf(script: Script): object[] {
  return script.steps.flatMap(stepBlocks);
}

function stepBlocks(step: Step): object[] {
  switch (step.kind) {
    case 'text':
    case 'output':
      return [{ type: 'text', text: step.pieces.join('') }];
    case 'reasoning':
      return [{ type: 'thinking', thinking: step.pieces.join(''), signature: step.proof }];
    case 'refusal':
      return [];
    case 'calls':
      return step.calls.map((call) => ({
        type: 'tool_use',
        id: `toolu_${call.id}`,
        name: call.name,
        input: JSON.parse(call.pieces.join('') || '{}'),
      }));
  }
}

/** Blocks strictly one after another, a ping between, usage counted up in `message_delta`. */
export function messageEvents(
  script: Script,
  model: string,
): { readonly events: readonly MessageEvent[]; readonly firstWords: number } {
  const events: MessageEvent[] = [
    {
      type: 'message_start',
      message: {
        ...message(script, model),
        content: [],
        stop_reason: null,
        stop_details: null,
        usage: usage(script, 1),
      },
    },
    { type: 'ping' },
  ];
  let index = 0;
  let firstWords: number | null = null;
  for (const step of script.steps) {
    for (const { open, deltas } of openBlocks(step)) {
      events.push({ type: 'content_block_start', index, content_block: open });
      for (const delta of deltas) events.push({ type: 'content_block_delta', index, delta });
      events.push({ type: 'content_block_stop', index });
      index += 1;
    }
    firstWords ??= events.length;
  }
  events.push(
    {
      type: 'message_delta',
      delta: { stop_reason: stopReason(script), stop_sequence: null, stop_details: stopDetails(script) },
      usage: { ...usage(script), output_tokens_details: { thinking_tokens: script.usage.reasoning } },
    },
    { type: 'message_stop' },
  );
  return { events, firstWords: firstWords ?? events.length };
}

function openBlocks(step: Step): { readonly open: object; readonly deltas: readonly object[] }[] {
  switch (step.kind) {
    case 'text':
    case 'output':
      return [
        {
          open: { type: 'text', text: '' },
          deltas: step.pieces.map((text) => ({ type: 'text_delta', text })),
        },
      ];
    case 'reasoning':
      return [
        {
          open: { type: 'thinking', thinking: '', signature: '' },
          deltas: [
            ...step.pieces.map((thinking) => ({ type: 'thinking_delta', thinking })),
            { type: 'signature_delta', signature: step.proof },
          ],
        },
      ];
    case 'refusal':
      return [];
    case 'calls':
      return step.calls.map((call) => ({
        open: { type: 'tool_use', id: `toolu_${call.id}`, name: call.name, input: {} },
        deltas: ['', ...call.pieces].map((partial_json) => ({ type: 'input_json_delta', partial_json })),
      }));
  }
}

const ERRORS = {
  'bad-request': [400, 'invalid_request_error'],
  authentication: [401, 'authentication_error'],
  'not-found': [404, 'not_found_error'],
  'rate-limit': [429, 'rate_limit_error'],
  server: [500, 'api_error'],
  overloaded: [529, 'overloaded_error'],
} as const;

export const errorEvent = (problem: Problem | Refused): MessageEvent => ({
  type: 'error',
  error: { type: ERRORS[problem.kind][1], message: problem.message },
  request_id: 'req_simulated',
});

export function messagesError(problem: Problem | Refused): WireError {
  return {
    status: ERRORS[problem.kind][0],
    headers: {
      ...JSON_HEADERS,
      'request-id': 'req_simulated',
      ...(problem.kind === 'rate-limit' ? { 'retry-after': '7' } : {}),
    },
    body: JSON.stringify(errorEvent(problem)),
  };
}
