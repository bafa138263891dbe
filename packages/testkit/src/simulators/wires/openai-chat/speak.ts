import type { Heard } from '../../heard.ts';
import { callPieces, callsOf, type Script, type Step } from '../../script.ts';
import { type StreamedAnswer, sse, Telling } from '../../wire.ts';
import { chatErrorBody } from './errors.ts';
import type { ChatTraits } from './traits.ts';

const CREATED = 1_790_000_000;
const ID = 'chatcmpl-simulated';

function finishReason(script: Script): string {
  if (script.finish === 'length') return 'length';
  if (script.finish === 'blocked') return 'content_filter';
  return callsOf(script).length > 0 ? 'tool_calls' : 'stop';
}

/** A whole `chat.completion`. */
export function chatCompletion(script: Script, heard: Heard, traits: ChatTraits) {
  const text = said(script, 'text', 'output');
  const thought = said(script, 'reasoning');
  const refusal = said(script, 'refusal');
  const calls = callsOf(script).map((call) => ({
    id: traits.callId(call.id),
    ...(traits.calls === 'bare' ? {} : { type: 'function' }),
    function: { name: call.name, arguments: call.pieces.join('') || '{}' },
  }));
  return {
    id: ID,
    object: 'chat.completion',
    created: CREATED,
    model: heard.model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: wholeContent(text, thought, calls.length > 0 || refusal !== '', traits),
          ...(traits.reasoning === 'none' || traits.reasoning === 'parts' || thought === ''
            ? {}
            : thoughts(thought, traits)),
          ...(refusal === '' ? {} : { refusal }),
          ...(calls.length > 0 ? { tool_calls: calls } : {}),
        },
        logprobs: null,
        finish_reason: finishReason(script),
        ...(traits.opening === 'azure' ? { content_filter_results: {} } : {}),
      },
    ],
    usage: traits.counts(script.usage),
    ...traits.extras,
    ...(traits.usage === 'groq' ? { x_groq: { id: 'req_sim' } } : {}),
  };
}

const said = (script: Script, ...kinds: readonly Step['kind'][]): string =>
  script.steps.flatMap((step) => (kinds.includes(step.kind) && 'pieces' in step ? step.pieces : [])).join('');

function wholeContent(text: string, thought: string, mayBeNull: boolean, traits: ChatTraits): unknown {
  if (traits.reasoning === 'parts' && thought !== '')
    return [
      { type: 'thinking', thinking: [{ type: 'text', text: thought }] },
      { type: 'text', text },
    ];
  if (text === '' && mayBeNull) return traits.nullContent ? null : '';
  return text;
}

function thoughts(text: string, traits: ChatTraits): Readonly<Record<string, unknown>> {
  if (traits.reasoning === 'details')
    return {
      reasoning: text,
      reasoning_details: [{ type: 'reasoning.text', text, format: 'unknown', index: 0 }],
    };
  return { [traits.reasoning]: text };
}

/** A stream of `chat.completion.chunk`. */
export function chatChunks(script: Script, heard: Heard, traits: ChatTraits): StreamedAnswer {
  const telling = new Telling();
  const tellsUsageLast = traits.usage === 'on-request' && heard.wantsUsage;
  const frame = (choices: readonly unknown[], more: object = {}) =>
    sse({
      id: ID,
      object: 'chat.completion.chunk',
      created: CREATED,
      model: heard.model,
      ...traits.extras,
      choices,
      ...(tellsUsageLast ? { usage: null } : {}),
      ...(traits.usage === 'every-chunk' ? { usage: traits.counts(script.usage) } : {}),
      ...more,
    });
  const delta = (value: object, more: object = {}) =>
    frame([{ index: 0, delta: value, logprobs: null, finish_reason: null, ...more }]);
  if (traits.reasoning === 'details') telling.tell(': OPENROUTER PROCESSING\n\n');
  if (traits.opening === 'azure')
    telling.tell(sse({ choices: [], created: 0, id: '', model: '', object: '', prompt_filter_results: [] }));
  telling.tell(delta({ role: 'assistant', content: '' }));
  script.steps.forEach((step, at) => {
    telling.say(...stepDeltas(step, at, script, traits).map((it) => delta(it)));
  });
  const finish = [{ index: 0, delta: {}, logprobs: null, finish_reason: finishReason(script) }];
  const counts = traits.counts(script.usage);
  switch (traits.usage) {
    case 'groq':
      telling.tell(frame(finish, { x_groq: { id: 'req_sim', usage: counts }, usage: counts }));
      break;
    case 'finish-chunk':
      telling.tell(frame(finish, { usage: counts }));
      break;
    default:
      telling.tell(frame(finish));
  }
  if (tellsUsageLast) telling.tell(frame([], { usage: counts }));
  telling.tell(
    traits.end === 'done-marker'
      ? 'data: [DONE]\n\n'
      : sse({
          ...chatCompletion(script, heard, traits),
          object: 'chat.completion.done',
        }),
  );
  return {
    contentType: 'text/event-stream; charset=utf-8',
    events: telling.events,
    firstWords: telling.firstWords,
    failure: (problem) => [
      traits.errors === 'numbered'
        ? sse({
            id: ID,
            object: 'chat.completion.chunk',
            created: CREATED,
            model: heard.model,
            choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }],
            ...(JSON.parse(chatErrorBody(problem, traits)) as object),
          })
        : `data: ${chatErrorBody(problem, traits)}\n\n`,
    ],
  };
}

function stepDeltas(step: Step, at: number, script: Script, traits: ChatTraits): object[] {
  switch (step.kind) {
    case 'text':
    case 'output':
      return step.pieces.map((content) => ({ content }));
    case 'refusal':
      return step.pieces.map((refusal) => ({ refusal }));
    case 'reasoning':
      if (traits.reasoning === 'none') return [];
      if (traits.reasoning === 'parts')
        return step.pieces.map((text) => ({
          content: [{ type: 'thinking', thinking: [{ type: 'text', text }] }],
        }));
      return step.pieces.map((text) => thoughts(text, traits));
    case 'calls':
      return callDeltas(step, callsBefore(script, at), traits);
  }
}

const callsBefore = (script: Script, at: number): number =>
  callsOf({ ...script, steps: script.steps.slice(0, at) }).length;

function callDeltas(step: Extract<Step, { kind: 'calls' }>, offset: number, traits: ChatTraits): object[] {
  const number = (call: number) => (traits.calls === 'same-index' ? 0 : offset + call);
  if (traits.calls === 'whole' || traits.calls === 'bare' || traits.calls === 'same-index')
    return step.calls.map((call, index) => ({
      ...(traits.calls === 'bare' ? { content: null } : {}),
      tool_calls: [
        {
          id: traits.callId(call.id),
          ...(traits.calls === 'bare' ? {} : { index: number(index), type: 'function' }),
          function: { name: call.name, arguments: call.pieces.join('') || '{}' },
        },
      ],
    }));
  return callPieces(step).map(({ call, piece }) => {
    const scripted = step.calls[call];
    if (piece === null && scripted)
      return {
        tool_calls: [
          {
            index: number(call),
            id: traits.callId(scripted.id),
            type: 'function',
            function: { name: scripted.name, arguments: '' },
          },
        ],
      };
    return { tool_calls: [{ index: number(call), function: { arguments: piece } }] };
  });
}
