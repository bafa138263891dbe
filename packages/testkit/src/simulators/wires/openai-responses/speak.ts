import type { Heard } from '../../heard.ts';
import { callPieces, type Script, type Step } from '../../script.ts';
import { type StreamedAnswer, sse, Telling } from '../../wire.ts';

const isIncomplete = ({ finish }: Script) => finish === 'length' || finish === 'blocked';
export const finalStatus = (script: Script) => (isIncomplete(script) ? 'incomplete' : 'completed');

export function response(script: Script, heard: Heard, status: string, output: readonly unknown[]) {
  const { usage } = script;
  const ended = status !== 'in_progress';
  return {
    id: 'resp_simulated',
    object: 'response',
    created_at: 1_790_000_000,
    status,
    background: false,
    error: null,
    incomplete_details:
      status === 'incomplete'
        ? { reason: script.finish === 'length' ? 'max_output_tokens' : 'content_filter' }
        : null,
    instructions: null,
    max_output_tokens: heard.maxTokens,
    metadata: {},
    model: heard.model,
    output,
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    store: true,
    temperature: 1,
    text: { format: { type: 'text' }, verbosity: 'medium' },
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    truncation: 'disabled',
    usage: ended
      ? {
          input_tokens: usage.input,
          input_tokens_details: { cached_tokens: usage.cached },
          output_tokens: usage.output,
          output_tokens_details: { reasoning_tokens: usage.reasoning },
          total_tokens: usage.input + usage.output,
        }
      : null,
    user: null,
  };
}

interface Item {
  readonly type: string;
  readonly id: string;
  readonly [member: string]: unknown;
}

export const items = (script: Script): Item[] =>
  script.steps.flatMap((step, at) => stepItems(step, at, script));

function stepItems(step: Step, at: number, script: Script): Item[] {
  const status = isIncomplete(script) && at === script.steps.length - 1 ? 'incomplete' : 'completed';
  switch (step.kind) {
    case 'text':
    case 'output':
    case 'refusal':
      return [
        {
          type: 'message',
          id: `msg_${at}`,
          status,
          role: 'assistant',
          content: [part(step.kind, step.pieces.join(''))],
        },
      ];
    case 'reasoning':
      return [
        {
          type: 'reasoning',
          id: `rs_${at}`,
          summary: [{ type: 'summary_text', text: step.pieces.join('') }],
          encrypted_content: step.proof,
        },
      ];
    case 'calls':
      return step.calls.map((call) => ({
        type: 'function_call',
        id: `fc_${call.id}`,
        call_id: `call_${call.id}`,
        name: call.name,
        arguments: call.pieces.join('') || '{}',
        status,
      }));
  }
}

const part = (kind: Step['kind'], text: string) =>
  kind === 'refusal'
    ? { type: 'refusal', refusal: text }
    : { type: 'output_text', text, annotations: [], logprobs: [] };

/** Events under their names, numbered throughout; usage only with the last. */
export function stream(script: Script, heard: Heard): StreamedAnswer {
  const telling = new Telling();
  let sequence = 0;
  const event = (type: string, data: object) => sse({ type, sequence_number: sequence++, ...data }, type);
  telling.tell(event('response.created', { response: response(script, heard, 'in_progress', []) }));
  telling.tell(event('response.in_progress', { response: response(script, heard, 'in_progress', []) }));
  let output = 0;
  script.steps.forEach((step, at) => {
    const own = stepItems(step, at, script);
    telling.say(...stepEvents(step, own, output, event));
    output += own.length;
  });
  const status = finalStatus(script);
  telling.tell(event(`response.${status}`, { response: response(script, heard, status, items(script)) }));
  return {
    contentType: 'text/event-stream; charset=utf-8',
    events: telling.events,
    firstWords: telling.firstWords,
    failure(problem) {
      const code = problem.kind === 'rate-limit' ? 'rate_limit_exceeded' : 'server_error';
      const error = { type: code, code, message: problem.message, param: null };
      return [
        event('error', { error }),
        event('response.failed', {
          response: {
            ...response(script, heard, 'failed', []),
            error: { code, message: problem.message },
            usage: null,
          },
        }),
      ];
    },
  };
}

type EventWriter = (type: string, data: object) => string;

function stepEvents(step: Step, own: readonly Item[], output: number, event: EventWriter): string[] {
  if (step.kind === 'calls') return callEvents(step, own, output, event);
  const [item] = own;
  if (!item) return [];
  const place = { item_id: item.id, output_index: output };
  const added = { output_index: output, item: opened(item) };
  const text = step.pieces.join('');
  const body =
    step.kind === 'reasoning'
      ? reasoningEvents(step.pieces, text, place, event)
      : messageEvents(step, text, { ...place, content_index: 0 }, event);
  return [
    event('response.output_item.added', added),
    ...body,
    event('response.output_item.done', { output_index: output, item }),
  ];
}

function opened(item: Item): object {
  if (item.type === 'message') return { ...item, status: 'in_progress', content: [] };
  if (item.type === 'reasoning') return { ...item, summary: [], encrypted_content: null };
  return { ...item, status: 'in_progress', arguments: '' };
}

function reasoningEvents(
  pieces: readonly string[],
  text: string,
  item: object,
  event: EventWriter,
): string[] {
  const place = { ...item, summary_index: 0 };
  const kind = 'response.reasoning_summary';
  return [
    event(`${kind}_part.added`, { ...place, part: { type: 'summary_text', text: '' } }),
    ...pieces.map((delta) => event(`${kind}_text.delta`, { ...place, delta })),
    event(`${kind}_text.done`, { ...place, text }),
    event(`${kind}_part.done`, { ...place, part: { type: 'summary_text', text } }),
  ];
}

function messageEvents(
  step: Extract<Step, { readonly kind: 'text' | 'output' | 'refusal' }>,
  text: string,
  place: object,
  event: EventWriter,
): string[] {
  const isRefusal = step.kind === 'refusal';
  const kind = isRefusal ? 'response.refusal' : 'response.output_text';
  const more = isRefusal ? {} : { logprobs: [] };
  return [
    event('response.content_part.added', { ...place, part: part(step.kind, '') }),
    ...step.pieces.map((delta) => event(`${kind}.delta`, { ...place, delta, ...more })),
    event(`${kind}.done`, { ...place, ...(isRefusal ? { refusal: text } : { text, ...more }) }),
    event('response.content_part.done', { ...place, part: part(step.kind, text) }),
  ];
}

function callEvents(
  step: Extract<Step, { readonly kind: 'calls' }>,
  own: readonly Item[],
  output: number,
  event: EventWriter,
): string[] {
  const place = (call: number) => ({ item_id: own[call]?.id, output_index: output + call });
  const deltas = callPieces(step).map(({ call, piece }) => {
    const item = own[call];
    if (piece === null && item)
      return event('response.output_item.added', { output_index: output + call, item: opened(item) });
    return event('response.function_call_arguments.delta', { ...place(call), delta: piece });
  });
  const ends = own.flatMap((item, call) => [
    event('response.function_call_arguments.done', {
      ...place(call),
      name: item.name,
      arguments: item.arguments,
    }),
    event('response.output_item.done', { output_index: output + call, item }),
  ]);
  return [...deltas, ...ends];
}
