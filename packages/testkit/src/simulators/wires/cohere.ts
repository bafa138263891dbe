import { type Heard, type HeardPart, type HeardTurn, imageOfDataUrl, joinTurns } from '../heard.ts';
import { checkPaired, Field, Refused } from '../request-reader.ts';
import { callsOf, type Problem, type Script, type Step } from '../script.ts';
import {
  JSON_HEADERS,
  type StreamedAnswer,
  sse,
  Telling,
  type Wire,
  type WireError,
  type WireRequest,
} from '../wire.ts';

/** Cohere's chat, version 2 (docs.cohere.com/v2/reference/chat). */
export const cohereWire: Wire = {
  name: 'cohere',
  limits: {
    'problem-kind': 'its errors are sentences',
    refusal: 'its models refuse in plain text: there is no field for it',
    blocked: 'its finish reasons know no filter',
    'reasoning-count': 'it does not count reasoning apart',
  },
  hear,
  whole: (script) => ({ body: answer(script) }),
  stream,
  error: cohereError,
};

function hear({ path, body }: WireRequest): Heard {
  if (path !== '/v2/chat') throw new Refused('not-found', `no route ${path}`);
  const request = new Field(body, '').only(
    'model',
    'messages',
    'tools',
    'tool_choice',
    'strict_tools',
    'documents',
    'citation_options',
    'response_format',
    'safety_mode',
    'max_tokens',
    'stop_sequences',
    'temperature',
    'p',
    'k',
    'seed',
    'frequency_penalty',
    'presence_penalty',
    'logprobs',
    'thinking',
    'stream',
    'priority',
  );
  const tools = request.at('tools').optional((it) => it.filled().map(tool)) ?? [];
  const choice = request.at('tool_choice').optional((it) => it.oneOf('REQUIRED', 'NONE'));
  if (choice !== null && tools.length === 0) request.at('tool_choice').refuse('needs tools');
  const turns = request.at('messages').filled().map(message);
  checkOrder(turns);
  const format = request.at('response_format').optional((it) => {
    if (it.only('type', 'json_schema').at('type').oneOf('text', 'json_object') === 'text') return null;
    return { schema: it.at('json_schema').value ?? null };
  });
  const [only] = tools;
  return {
    model: request.at('model').text(),
    stream: request.at('stream').optional((it) => it.boolean()) ?? false,
    system: turns
      .filter(({ role }) => role === 'system')
      .flatMap(({ parts }) => parts.flatMap((part) => (part.kind === 'text' ? part.text : []))),
    turns: joinTurns(turns.filter(({ role }) => role !== 'system')),
    tools,
    // No tool can be named: a caller who wants a certain one sends only that.
    toolChoice: choiceOf(choice, only?.name, tools.length),
    format,
    maxTokens: request.at('max_tokens').optional((it) => it.number(1, 1e6)),
    temperature: request.at('temperature').optional((it) => it.number(0, 2)),
    stop: request.at('stop_sequences').optional((it) => it.list().map((one) => one.text())) ?? [],
    thinks:
      request.at('thinking').optional((it) => it.at('type').oneOf('enabled', 'disabled') === 'enabled') ??
      false,
    wantsUsage: true,
  };
}

function choiceOf(choice: string | null, only: string | undefined, count: number): Heard['toolChoice'] {
  if (choice === null) return null;
  if (choice === 'NONE') return { kind: 'none' };
  return only !== undefined && count === 1 ? { kind: 'tool', name: only } : { kind: 'required' };
}

function tool(field: Field) {
  field.only('type', 'function').at('type').oneOf('function');
  const declared = field.at('function').only('name', 'description', 'parameters', 'strict');
  return { name: declared.at('name').text(), schema: declared.at('parameters').schema() };
}

function message(field: Field): HeardTurn {
  const role = field.at('role').oneOf('system', 'user', 'assistant', 'tool');
  const content = field.at('content');
  switch (role) {
    case 'system':
    case 'user':
      field.only('role', 'content');
      return { role, parts: parts(content) };
    case 'tool':
      field.only('role', 'content', 'tool_call_id');
      return {
        role: 'user',
        parts: [
          { kind: 'result', id: field.at('tool_call_id').text(), name: null, text: resultText(content) },
        ],
      };
    case 'assistant': {
      field.only('role', 'content', 'tool_plan', 'tool_calls', 'citations');
      const calls = field.at('tool_calls').optional((it) => it.filled().map(call)) ?? [];
      const plan = field.at('tool_plan').optional((it) => it.string());
      return {
        role,
        parts: [
          ...(plan === null ? [] : [{ kind: 'text' as const, text: plan }]),
          ...(content.isAbsent ? [] : parts(content)),
          ...calls,
        ],
      };
    }
  }
}

function call(field: Field): HeardPart {
  field.only('id', 'type', 'function').at('type').oneOf('function');
  return {
    kind: 'call',
    id: field.at('id').text(),
    name: field.at('function').at('name').text(),
    input: field.at('function').at('arguments').json(),
  };
}

function parts(content: Field): HeardPart[] {
  if (typeof content.value === 'string') return [{ kind: 'text', text: content.text() }];
  return content.filled().map((part): HeardPart => {
    const type = part.at('type').oneOf('text', 'image_url', 'thinking', 'document');
    if (type === 'image_url') return imageOfDataUrl(part.at('image_url').at('url').text());
    if (type === 'thinking') return { kind: 'reasoning', text: part.at('thinking').string(), proof: null };
    return { kind: 'text', text: part.at('text').text() };
  });
}

function resultText(content: Field): string {
  if (typeof content.value === 'string') return content.value;
  return content
    .filled()
    .map((part) => {
      if (part.at('type').oneOf('text', 'document') === 'text') return part.at('text').string();
      const data = part.at('document').at('data').value;
      return typeof data === 'string' ? data : JSON.stringify(data);
    })
    .join('');
}

function checkOrder(turns: readonly HeardTurn[]): void {
  const firstOther = turns.findIndex(({ role }) => role !== 'system');
  if (turns.findLastIndex(({ role }) => role === 'system') > firstOther && firstOther !== -1)
    throw new Refused('bad-request', 'invalid request: system messages must come first.');
  const joined = joinTurns(turns);
  joined.forEach(({ role, parts: own }, index) => {
    if (role !== 'assistant') return;
    checkPaired(
      own.flatMap((part) => (part.kind === 'call' ? part.id : [])),
      (joined[index + 1]?.parts ?? []).flatMap((part) => (part.kind === 'result' ? part.id : [])),
      {
        missing: 'invalid request: all tool calls need a tool message. Missing:',
        orphan: 'invalid request: a tool message has no tool call:',
      },
    );
  });
}

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

function answer(script: Script) {
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
function stream(script: Script): StreamedAnswer {
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

function cohereError(problem: Problem | Refused): WireError {
  return {
    status: STATUS[problem.kind],
    headers: { ...JSON_HEADERS, ...(problem.kind === 'rate-limit' ? { 'retry-after': '7' } : {}) },
    body: JSON.stringify({ id: 'simulated', message: problem.message }),
  };
}
