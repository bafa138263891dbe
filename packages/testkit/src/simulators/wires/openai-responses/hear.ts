import { type Heard, type HeardPart, type HeardTurn, imageOfDataUrl, joinTurns } from '../../heard.ts';
import { checkPaired, Field, Refused } from '../../request-reader.ts';
import type { WireRequest } from '../../wire.ts';

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

export function hear({ body }: WireRequest): Heard {
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
