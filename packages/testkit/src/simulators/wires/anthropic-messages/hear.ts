import { type Heard, type HeardPart, type HeardTurn, heardImage, joinTurns } from '../../heard.ts';
import { checkPaired, type Field, Refused } from '../../request-reader.ts';

export const FIELDS = [
  'cache_control',
  'container',
  'context_management',
  'inference_geo',
  'max_tokens',
  'mcp_servers',
  'messages',
  'metadata',
  'model',
  'output_config',
  'service_tier',
  'speed',
  'stop_sequences',
  'stream',
  'system',
  'temperature',
  'thinking',
  'tool_choice',
  'tools',
  'top_k',
  'top_p',
];

/** What a body asks, whether or not it names its model. */
export function hearMessages(request: Field, fields: readonly string[]): Heard {
  request.only(...fields);
  const maxTokens = request.at('max_tokens').number(1, 1e6);
  const tools = request.at('tools').optional((it) => it.list().map(tool)) ?? [];
  const choice = request.at('tool_choice');
  if (tools.length === 0 && !choice.isAbsent)
    choice.refuse('tool_choice may only be specified while providing tools');
  const turns = request.at('messages').filled().map(turn);
  checkTurns(turns);
  const temperature = request.at('temperature').optional((it) => it.number(0, 1));
  if (temperature !== null && !request.at('top_p').isAbsent)
    request.at('top_p').refuse('`temperature` and `top_p` cannot both be specified for this model.');
  const thinks = thinking(request, maxTokens);
  return {
    model: '',
    stream: request.at('stream').optional((it) => it.boolean()) ?? false,
    system: request.at('system').optional(system) ?? [],
    turns: joinTurns(turns),
    tools,
    toolChoice: choice.optional(toolChoice),
    format: request.at('output_config').optional((it) => it.at('format').optional(format)),
    maxTokens,
    temperature,
    stop: request.at('stop_sequences').optional((it) => it.list().map((one) => one.text())) ?? [],
    thinks,
    wantsUsage: true,
  };
}

function thinking(request: Field, maxTokens: number): boolean {
  const asked = request.at('thinking');
  const effort = request.at('output_config').optional((it) => it.at('effort').value);
  if (asked.isAbsent) return effort !== null && effort !== undefined;
  const type = asked.at('type').oneOf('enabled', 'disabled', 'adaptive');
  if (type === 'disabled') return false;
  if (type === 'enabled') {
    const budget = asked.at('budget_tokens').number(1024, 1e6);
    if (budget >= maxTokens) asked.at('budget_tokens').refuse('`max_tokens` must be greater than it');
  }
  const forced = request.at('tool_choice').optional((it) => it.at('type').value);
  if (forced === 'any' || forced === 'tool')
    asked.refuse('Thinking may not be enabled when tool_choice forces tool use.');
  if (!request.at('temperature').isAbsent && request.at('temperature').value !== 1)
    request.at('temperature').refuse('may only be set to 1 when thinking is enabled');
  return true;
}

function system(field: Field): string[] {
  if (typeof field.value === 'string') return [field.value];
  return field.list().map((block) => {
    block.only('type', 'text', 'cache_control', 'citations').at('type').oneOf('text');
    return block.at('text').text();
  });
}

function tool(field: Field) {
  field.only(
    'type',
    'name',
    'description',
    'input_schema',
    'cache_control',
    'strict',
    'eager_input_streaming',
  );
  field.at('input_schema').at('type').oneOf('object');
  return {
    name: field.at('name').matching(/^[A-Za-z0-9_-]{1,128}$/),
    schema: field.at('input_schema').schema(),
  };
}

function toolChoice(field: Field): Heard['toolChoice'] {
  field.only('type', 'name', 'disable_parallel_tool_use');
  const type = field.at('type').oneOf('auto', 'any', 'tool', 'none');
  if (type === 'tool') return { kind: 'tool', name: field.at('name').text() };
  return { kind: type === 'any' ? 'required' : type };
}

function format(field: Field): Heard['format'] {
  field.only('type', 'schema').at('type').oneOf('json_schema');
  checkClosed(field.at('schema'));
  return { schema: field.at('schema').schema() };
}

/** Objects must say that they hold nothing else. */
function checkClosed(schema: Field): void {
  if (schema.at('type').value !== 'object') return;
  if (schema.at('additionalProperties').value !== false)
    schema.refuse("For 'object' type, 'additionalProperties' must be explicitly set to false");
  const properties = schema.at('properties');
  for (const name of properties.isAbsent ? [] : Object.keys(properties.members()))
    checkClosed(properties.at(name));
}

function turn(field: Field): HeardTurn {
  const role = field.only('role', 'content').at('role').oneOf('user', 'assistant');
  const content = field.at('content');
  if (typeof content.value === 'string') return { role, parts: [{ kind: 'text', text: content.text() }] };
  const parts = content.filled().map((it) => block(it, role));
  const firstOther = parts.findIndex(({ kind }) => kind !== 'result');
  const lastResult = parts.findLastIndex(({ kind }) => kind === 'result');
  if (firstOther !== -1 && lastResult > firstOther)
    content.refuse('`tool_result` blocks must come first in the content');
  return { role, parts };
}

function block(field: Field, role: 'user' | 'assistant'): HeardPart {
  const allowed =
    role === 'user'
      ? ['text', 'image', 'document', 'tool_result', 'search_result']
      : ['text', 'tool_use', 'thinking', 'redacted_thinking'];
  const type = field.at('type').oneOf(...allowed);
  switch (type) {
    case 'text':
      field.only('type', 'text', 'cache_control', 'citations');
      return { kind: 'text', text: field.at('text').text() };
    case 'image':
      return image(field.only('type', 'source', 'cache_control').at('source'));
    case 'tool_use':
      field.only('type', 'id', 'name', 'input', 'cache_control', 'caller').at('input').members();
      return {
        kind: 'call',
        id: field.at('id').matching(/^[A-Za-z0-9_-]+$/),
        name: field.at('name').matching(/^[A-Za-z0-9_-]{1,128}$/),
        input: field.at('input').value,
      };
    case 'tool_result':
      field.only('type', 'tool_use_id', 'content', 'is_error', 'cache_control');
      return {
        kind: 'result',
        id: field.at('tool_use_id').matching(/^[A-Za-z0-9_-]+$/),
        name: null,
        text: field.at('content').optional(resultText) ?? '',
      };
    case 'thinking':
      field.only('type', 'thinking', 'signature');
      return { kind: 'reasoning', text: field.at('thinking').string(), proof: field.at('signature').text() };
    case 'redacted_thinking':
      return { kind: 'reasoning', text: '', proof: field.at('data').text() };
    default:
      return { kind: 'text', text: `(${type})` };
  }
}

function resultText(content: Field): string {
  if (typeof content.value === 'string') return content.value;
  return content
    .list()
    .map((part) => part.at('text').optional((it) => it.text()) ?? '')
    .join('');
}

const MAGIC: Readonly<Record<string, string>> = {
  'image/png': '89504e47',
  'image/jpeg': 'ffd8ff',
  'image/gif': '47494638',
  'image/webp': '52494646',
};

function image(source: Field): HeardPart {
  if (source.at('type').oneOf('base64', 'url', 'file') !== 'base64')
    return heardImage(null, Buffer.from(source.at('url').text()));
  const mediaType = source.at('media_type').oneOf(...Object.keys(MAGIC));
  const bytes = Buffer.from(source.at('data').text(), 'base64');
  if (!bytes.toString('hex').startsWith(MAGIC[mediaType] ?? ''))
    source.refuse(`the bytes are not ${mediaType}`);
  return heardImage(mediaType, bytes);
}

function checkTurns(turns: readonly HeardTurn[]): void {
  if (turns[0]?.role !== 'user')
    throw new Refused('bad-request', 'messages: first message must use the "user" role');
  const joined = joinTurns(turns);
  // Neighbours are joined, but results that are spread over them are refused.
  for (const list of [turns, joined]) {
    list.forEach(({ role, parts }, index) => {
      if (role !== 'assistant') return;
      const next = list[index + 1]?.parts ?? [];
      checkPaired(
        parts.flatMap((part) => (part.kind === 'call' ? part.id : [])),
        next.flatMap((part) => (part.kind === 'result' ? part.id : [])),
        {
          missing: '`tool_use` ids were found without `tool_result` blocks immediately after:',
          orphan: 'unexpected `tool_use_id` found in `tool_result` blocks:',
        },
      );
    });
  }
}
