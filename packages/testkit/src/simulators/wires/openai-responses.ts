import { type Heard, type HeardPart, type HeardTurn, imageOfDataUrl, joinTurns } from '../heard.ts';
import { checkPaired, Field, Refused } from '../request-reader.ts';
import { callPieces, type Script, type Step } from '../script.ts';
import { type StreamedAnswer, sse, Telling, type Wire, type WireRequest } from '../wire.ts';
import { chatError } from './openai-chat/errors.ts';

/** OpenAI's Responses (platform.openai.com/docs/api-reference/responses): items in, items out. */
export const responsesWire: Wire = {
  name: 'openai-responses',
  limits: { 'problem-kind': 'its failed streams know no overload' },
  hear,
  whole: (script, heard) => ({ body: response(script, heard, finalStatus(script), items(script)) }),
  stream,
  error: (problem) => chatError(problem, { errors: 'openai' }),
};

const FIELDS = [
  'background',
  'conversation',
  'include',
  'input',
  'instructions',
  'max_output_tokens',
  'max_tool_calls',
  'metadata',
  'model',
  'parallel_tool_calls',
  'previous_response_id',
  'prompt',
  'prompt_cache_key',
  'prompt_cache_retention',
  'reasoning',
  'safety_identifier',
  'service_tier',
  'store',
  'stream',
  'stream_options',
  'temperature',
  'text',
  'tool_choice',
  'tools',
  'top_logprobs',
  'top_p',
  'truncation',
  'user',
];

function hear({ body }: WireRequest): Heard {
  const request = new Field(body, '').only(...FIELDS);
  const tools = request.at('tools').optional((it) => it.list().map(tool)) ?? [];
  const input = request.at('input');
  const turns =
    typeof input.value === 'string'
      ? [{ role: 'user' as const, parts: [{ kind: 'text' as const, text: input.value }] }]
      : input.filled().map(item);
  checkOrphans(input, turns);
  const instructions = request.at('instructions').optional((it) => it.string());
  return {
    model: request.at('model').text(),
    stream: request.at('stream').optional((it) => it.boolean()) ?? false,
    system: [
      ...(instructions === null ? [] : [instructions]),
      ...turns
        .filter(({ role }) => role === 'system')
        .flatMap(({ parts }) => parts.flatMap((part) => (part.kind === 'text' ? part.text : []))),
    ],
    turns: joinTurns(turns.filter(({ role }) => role !== 'system')),
    tools,
    toolChoice: request.at('tool_choice').optional(toolChoice),
    format: request.at('text').optional((it) => it.at('format').optional(format)),
    maxTokens: request.at('max_output_tokens').optional((it) => it.number(16, 1e6)),
    temperature: request.at('temperature').optional((it) => it.number(0, 2)),
    stop: [],
    thinks: !request.at('reasoning').isAbsent,
    wantsUsage: true,
  };
}

function tool(field: Field) {
  field.only('type', 'name', 'description', 'parameters', 'strict').at('type').oneOf('function');
  const strict = field.at('strict').optional((it) => it.boolean()) ?? true;
  const schema = field.at('parameters').optional((it) => it.schema());
  // Left out, `strict` is true here, and a schema of optional properties is refused.
  if (strict) checkStrict(field.at('parameters'));
  return { name: field.at('name').matching(/^[A-Za-z0-9_-]{1,64}$/), schema };
}

function checkStrict(schema: Field): void {
  if (schema.at('type').value !== 'object') return;
  if (schema.at('additionalProperties').value !== false)
    schema.refuse(
      "Invalid schema for function: 'additionalProperties' is required to be supplied and to be false.",
    );
  const required = schema
    .at('required')
    .list()
    .map((it) => it.value);
  const missing = Object.keys(schema.at('properties').members()).find((name) => !required.includes(name));
  if (missing !== undefined)
    schema.refuse(
      `Invalid schema for function: 'required' must include every key in properties. Missing '${missing}'.`,
    );
}

function toolChoice(field: Field): Heard['toolChoice'] {
  if (typeof field.value === 'string') return { kind: field.oneOf('none', 'auto', 'required') };
  field.only('type', 'name').at('type').oneOf('function');
  return { kind: 'tool', name: field.at('name').text() };
}

function format(field: Field): Heard['format'] {
  const type = field.at('type').oneOf('text', 'json_object', 'json_schema');
  if (type === 'text') return null;
  if (type === 'json_object') return { schema: null };
  field.at('name').matching(/^[A-Za-z0-9_-]{1,64}$/);
  return { schema: field.at('schema').schema() };
}

function item(field: Field): HeardTurn {
  const type = field.at('type').optional((it) => it.string()) ?? 'message';
  switch (type) {
    case 'message':
      return message(field);
    case 'function_call':
      field.only('type', 'id', 'call_id', 'name', 'arguments', 'status');
      return {
        role: 'assistant',
        parts: [
          {
            kind: 'call',
            id: field.at('call_id').text(),
            name: field.at('name').text(),
            input: field.at('arguments').json(),
          },
        ],
      };
    case 'function_call_output':
      field.only('type', 'id', 'call_id', 'output', 'status');
      return {
        role: 'user',
        parts: [
          {
            kind: 'result',
            id: field.at('call_id').text(),
            name: null,
            text: outputText(field.at('output')),
          },
        ],
      };
    case 'reasoning': {
      field.only('type', 'id', 'summary', 'content', 'encrypted_content', 'status');
      const text = field
        .at('summary')
        .list()
        .map((it) => it.at('text').string());
      const proof = field.at('encrypted_content').optional((it) => it.string());
      return { role: 'assistant', parts: [{ kind: 'reasoning', text: text.join(''), proof }] };
    }
    default:
      return field.at('type').refuse(`Invalid value: '${type}'.`);
  }
}

function outputText(output: Field): string {
  if (typeof output.value === 'string') return output.value;
  return output
    .filled()
    .map((part) => {
      part.at('type').oneOf('input_text', 'input_image', 'input_file');
      return part.at('text').optional((it) => it.string()) ?? '';
    })
    .join('');
}

function message(field: Field): HeardTurn {
  const role = field.at('role').oneOf('system', 'developer', 'user', 'assistant');
  const content = field.at('content');
  const allowed =
    role === 'assistant'
      ? (['output_text', 'refusal'] as const)
      : (['input_text', 'input_image', 'input_file'] as const);
  const parts: HeardPart[] =
    typeof content.value === 'string'
      ? [{ kind: 'text', text: content.value }]
      : content.filled().map((part) => {
          const type = part.at('type').oneOf<string>(...allowed);
          if (type === 'input_image') return imageOfDataUrl(part.at('image_url').text());
          return { kind: 'text', text: part.at(type === 'refusal' ? 'refusal' : 'text').string() };
        });
  return { role: role === 'developer' ? 'system' : role, parts };
}

function checkOrphans(input: Field, turns: readonly HeardTurn[]): void {
  const parts = turns.flatMap((turn) => turn.parts);
  checkPaired(
    parts.flatMap((part) => (part.kind === 'call' ? part.id : [])),
    parts.flatMap((part) => (part.kind === 'result' ? part.id : [])),
    {
      missing: 'No tool output found for function call',
      orphan: 'No tool call found for function call output with call_id',
    },
  );
  if (typeof input.value === 'string') return;
  const list = input.list();
  list.forEach((it, index) => {
    const follower = list[index + 1]?.at('role').value ?? list[index + 1]?.at('type').value;
    if (it.at('type').value === 'reasoning' && follower !== 'assistant' && follower !== 'function_call')
      throw new Refused(
        'bad-request',
        "Item of type 'reasoning' was provided without its required following item.",
        'input',
      );
  });
}

const isIncomplete = ({ finish }: Script) => finish === 'length' || finish === 'blocked';
const finalStatus = (script: Script) => (isIncomplete(script) ? 'incomplete' : 'completed');

function response(script: Script, heard: Heard, status: string, output: readonly unknown[]) {
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

const items = (script: Script): Item[] => script.steps.flatMap((step, at) => stepItems(step, at, script));

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
function stream(script: Script, heard: Heard): StreamedAnswer {
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
