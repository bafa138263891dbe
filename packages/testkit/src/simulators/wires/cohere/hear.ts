import { type Heard, type HeardPart, type HeardTurn, imageOfDataUrl, joinTurns } from '../../heard.ts';
import { checkPaired, Field, Refused } from '../../request-reader.ts';
import type { WireRequest } from '../../wire.ts';

export function hear({ path, body }: WireRequest): Heard {
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
