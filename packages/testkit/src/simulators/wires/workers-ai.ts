import { type Heard, type HeardPart, type HeardTurn, imageOfDataUrl, joinTurns } from '../heard.ts';
import { Field, Refused } from '../request-reader.ts';
import { callsOf, type Problem, type Script } from '../script.ts';
import {
  JSON_HEADERS,
  type StreamedAnswer,
  sse,
  Telling,
  type Wire,
  type WireError,
  type WireRequest,
} from '../wire.ts';

/** Workers AI's own format (developers.cloudflare.com/workers-ai): an envelope around words and calls without ids. */
export const workersAiWire: Wire = {
  name: 'workers-ai',
  limits: {
    refusal: 'its models refuse in plain text: there is no field for it',
    blocked: 'it gives no finish reason',
    cached: 'it reports no cached tokens',
    reasoning: 'it shows no thoughts',
    'reasoning-count': 'it does not count reasoning apart',
  },
  hear,
  whole: (script) => ({ body: { result: result(script), success: true, errors: [], messages: [] } }),
  stream,
  error: workersAiError,
};

const MODEL_PATH = /^\/run\/(@(?:cf|hf)\/[^/]+\/[^/]+)$/;

function hear({ path, body }: WireRequest): Heard {
  const [, model] = MODEL_PATH.exec(path) ?? [];
  if (model === undefined) throw new Refused('not-found', `No such model: ${path}`);
  const request = new Field(body, '').only(
    'messages',
    'prompt',
    'stream',
    'max_tokens',
    'temperature',
    'top_p',
    'top_k',
    'seed',
    'repetition_penalty',
    'frequency_penalty',
    'presence_penalty',
    'tools',
    'tool_choice',
    'response_format',
    'raw',
    'lora',
  );
  const turns = request.at('messages').filled().map(message);
  return {
    model,
    stream: request.at('stream').optional((it) => it.boolean()) ?? false,
    system: turns
      .filter(({ role }) => role === 'system')
      .flatMap(({ parts }) => parts.flatMap((part) => (part.kind === 'text' ? part.text : []))),
    turns: joinTurns(turns.filter(({ role }) => role !== 'system')),
    tools: request.at('tools').optional((it) => it.filled().map(tool)) ?? [],
    toolChoice: request.at('tool_choice').optional(toolChoice),
    format: request.at('response_format').optional((it) => {
      it.at('type').oneOf('json_object', 'json_schema');
      const schema = it.at('json_schema');
      // The schema stands bare: a wrapper with its name is taken for a schema and answers nothing useful.
      if (!schema.isAbsent && !schema.at('schema').isAbsent)
        schema.refuse('5023: JSON Schema mode could not be met');
      return { schema: schema.value ?? null };
    }),
    maxTokens: request.at('max_tokens').optional((it) => it.number(1, 1e6)),
    temperature: request.at('temperature').optional((it) => it.number(0, 5)),
    stop: [],
    thinks: false,
    wantsUsage: true,
  };
}

function tool(field: Field) {
  const declared = field.at('function').isAbsent ? field : field.at('function');
  return { name: declared.at('name').text(), schema: declared.at('parameters').schema() };
}

function toolChoice(field: Field): Heard['toolChoice'] {
  if (typeof field.value === 'string') return { kind: field.oneOf('none', 'auto', 'required') };
  return { kind: 'tool', name: field.at('function').at('name').text() };
}

function message(field: Field): HeardTurn {
  const role = field.at('role').oneOf('system', 'user', 'assistant', 'tool');
  const content = field.at('content');
  if (content.value === null) content.refuse('5006: must be string');
  const own: HeardPart[] =
    typeof content.value === 'string' ? [{ kind: 'text', text: content.value }] : content.filled().map(part);
  if (role === 'tool') {
    const text = own.flatMap((it) => (it.kind === 'text' ? it.text : [])).join('');
    const id = field.at('tool_call_id').optional((it) => it.text()) ?? '';
    const name = field.at('name').optional((it) => it.text());
    return { role: 'user', parts: [{ kind: 'result', id, name, text }] };
  }
  const calls = field.at('tool_calls').optional((it) => it.filled().map(call)) ?? [];
  return { role, parts: [...own.filter((it) => it.kind !== 'text' || it.text !== ''), ...calls] };
}

function part(field: Field): HeardPart {
  if (field.at('type').oneOf('text', 'image_url') === 'text')
    return { kind: 'text', text: field.at('text').string() };
  return imageOfDataUrl(field.at('image_url').at('url').text());
}

function call(field: Field): HeardPart {
  const made = field.at('function').isAbsent ? field : field.at('function');
  const given = made.at('arguments');
  return {
    kind: 'call',
    id: field.at('id').optional((it) => it.text()) ?? '',
    name: made.at('name').text(),
    input: typeof given.value === 'string' ? given.json() : given.value,
  };
}

const usage = ({ usage: { input, output } }: Script) => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
});

const said = (script: Script): string =>
  script.steps
    .flatMap((step) =>
      step.kind === 'text' || step.kind === 'output' || step.kind === 'refusal' ? step.pieces : [],
    )
    .join('');

const calls = (script: Script) =>
  callsOf(script).map(({ name, pieces }) => ({ name, arguments: JSON.parse(pieces.join('') || '{}') }));

function result(script: Script) {
  const made = calls(script);
  const json = script.steps.some(({ kind }) => kind === 'output');
  const text = said(script);
  return {
    // In JSON mode the answer is the object, not its text.
    response: json ? JSON.parse(text) : text === '' && made.length > 0 ? null : text,
    ...(made.length > 0 ? { tool_calls: made } : {}),
    usage: usage(script),
  };
}

function stream(script: Script): StreamedAnswer {
  const telling = new Telling();
  for (const step of script.steps)
    if (step.kind === 'text' || step.kind === 'output' || step.kind === 'refusal')
      telling.say(...step.pieces.map((response) => sse({ response, p: 'abcdef' })));
  const made = calls(script);
  if (made.length > 0) telling.say(sse({ response: '', tool_calls: made, p: 'ab' }));
  telling.tell(sse({ response: '', usage: usage(script), p: 'ab' }), 'data: [DONE]\n\n');
  return {
    contentType: 'text/event-stream',
    events: telling.events,
    firstWords: telling.firstWords,
    failure: (problem) => [`data: ${workersAiError(problem).body}\n\n`],
  };
}

const ERRORS = {
  'bad-request': [400, 5004],
  authentication: [401, 10000],
  'not-found': [400, 5007],
  'rate-limit': [429, 3040],
  server: [500, 3050],
  overloaded: [503, 3043],
} as const;

function workersAiError(problem: Problem | Refused): WireError {
  const [status, code] = ERRORS[problem.kind];
  return {
    status,
    headers: JSON_HEADERS,
    body: JSON.stringify({
      success: false,
      result: {},
      errors: [{ code, message: problem.message }],
      messages: [],
    }),
  };
}
