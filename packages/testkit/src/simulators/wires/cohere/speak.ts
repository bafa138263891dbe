import type { Refused } from '../../request-reader.ts';
import { callsOf, type Problem, type Script, type Step } from '../../script.ts';
import { JSON_HEADERS, type StreamedAnswer, sse, Telling, type WireError } from '../../wire.ts';

function finishReason(script: Script): string {
  if (script.finish === 'length') return 'MAX_TOKENS';
  return callsOf(script).length > 0 ? 'TOOL_CALL' : 'COMPLETE';
}

/** What is billed differs from what was read. */
const usage = ({ usage: { input, cached, output } }: Script) => ({
  billed_units: { input_tokens: Math.max(1, input - 1), output_tokens: Math.max(1, output - 1) },
  tokens: { input_tokens: input, output_tokens: output },
  cached_tokens: cached,
});

const said = (script: Script, ...kinds: readonly Step['kind'][]) =>
  script.steps.flatMap((step) => (kinds.includes(step.kind) && 'pieces' in step ? step.pieces : [])).join('');

const toolCall = (
  { id, name, pieces }: { id: string; name: string; pieces: readonly string[] },
  whole: boolean,
) => ({
  id: `${name}_${id}`,
  type: 'function',
  function: { name, arguments: whole ? pieces.join('') || 'null' : '' },
});

export function answer(script: Script) {
  const calls = callsOf(script);
  const text = said(script, 'text', 'output', 'refusal');
  const thought = said(script, 'reasoning');
  const content = [
    ...(thought === '' ? [] : [{ type: 'thinking', thinking: thought }]),
    ...(text === '' || calls.length > 0 ? [] : [{ type: 'text', text }]),
  ];
  return {
    id: 'simulated',
    message: {
      role: 'assistant',
      ...(content.length > 0 ? { content } : {}),
      ...(calls.length > 0 ? { tool_plan: text, tool_calls: calls.map((it) => toolCall(it, true)) } : {}),
    },
    finish_reason: finishReason(script),
    usage: usage(script),
  };
}

/** The text beside calls is their plan; one call after another. */
export function stream(script: Script): StreamedAnswer {
  const telling = new Telling();
  const event = (type: string, data: object = {}) => sse({ type, ...data }, type);
  const plans = callsOf(script).length > 0;
  telling.tell(
    event('message-start', {
      id: 'simulated',
      delta: { message: { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] } },
    }),
  );
  let content = 0;
  let call = 0;
  for (const step of script.steps) {
    switch (step.kind) {
      case 'calls':
        for (const scripted of step.calls) {
          const index = call++;
          telling.say(
            event('tool-call-start', {
              index,
              delta: { message: { tool_calls: toolCall(scripted, false) } },
            }),
            ...scripted.pieces.map((piece) =>
              event('tool-call-delta', {
                index,
                delta: { message: { tool_calls: { function: { arguments: piece } } } },
              }),
            ),
            event('tool-call-end', { index }),
          );
        }
        break;
      case 'reasoning':
      case 'text':
      case 'output':
      case 'refusal': {
        const thinks = step.kind === 'reasoning';
        if (plans && !thinks) {
          telling.say(
            ...step.pieces.map((tool_plan) =>
              event('tool-plan-delta', { delta: { message: { tool_plan } } }),
            ),
          );
          break;
        }
        const index = content++;
        const open = thinks ? { type: 'thinking', thinking: '' } : { type: 'text', text: '' };
        telling.say(
          event('content-start', { index, delta: { message: { content: open } } }),
          ...step.pieces.map((piece) =>
            event('content-delta', {
              index,
              delta: { message: { content: thinks ? { thinking: piece } : { text: piece } } },
            }),
          ),
          event('content-end', { index }),
        );
      }
    }
  }
  telling.tell(
    event('message-end', { delta: { finish_reason: finishReason(script), usage: usage(script) } }),
  );
  return {
    contentType: 'text/event-stream',
    events: telling.events,
    firstWords: telling.firstWords,
    failure: (problem) => [
      event('message-end', { delta: { finish_reason: 'ERROR', error: problem.message } }),
    ],
  };
}

const STATUS = {
  'bad-request': 400,
  authentication: 401,
  'not-found': 404,
  'rate-limit': 429,
  server: 500,
  overloaded: 503,
} as const;

export function cohereError(problem: Problem | Refused): WireError {
  return {
    status: STATUS[problem.kind],
    headers: { ...JSON_HEADERS, ...(problem.kind === 'rate-limit' ? { 'retry-after': '7' } : {}) },
    body: JSON.stringify({ id: 'simulated', message: problem.message }),
  };
}
