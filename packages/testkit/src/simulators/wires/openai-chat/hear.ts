import { type Heard, type HeardPart, type HeardTurn, imageOfDataUrl, joinTurns } from '../../heard.ts';
import { checkPaired, Field, Refused } from '../../request-reader.ts';
import type { WireRequest } from '../../wire.ts';
import type { ChatTraits } from './traits.ts';

/** Chat Completions as its providers read it (platform.openai.com/docs/api-reference/chat). */
export function hearChat({ body, path }: WireRequest, traits: ChatTraits): Heard {
  if (!traits.path.test(path)) throw new Refused('not-found', `Unknown request URL: POST ${path}`);
  const request = new Field(body, '');
  if (traits.isStrict) request.only(...traits.fields);
  const tools = request.at('tools').optional((it) => it.filled().map(tool)) ?? [];
  const choice = request.at('tool_choice');
  if (tools.length === 0 && !choice.isAbsent)
    choice.refuse("'tool_choice' is only allowed when 'tools' are specified.");
  const parallel = request.at('parallel_tool_calls');
  if (tools.length === 0 && !parallel.isAbsent)
    parallel.refuse("'parallel_tool_calls' is only allowed when 'tools' are specified.");
  const turns = request
    .at('messages')
    .filled()
    .map((it) => message(it, traits));
  checkOrder(turns, traits);
  return {
    model: request.at('model').text(),
    stream: request.at('stream').optional((it) => it.boolean()) ?? false,
    system: turns
      .filter(({ role }) => role === 'system')
      .flatMap(({ parts }) => parts.flatMap((part) => (part.kind === 'text' ? part.text : []))),
    turns: joinTurns(turns.filter(({ role }) => role !== 'system').map(asTurn)),
    tools,
    toolChoice: choice.optional((it) => toolChoice(it, traits)),
    format: request.at('response_format').optional((it) => format(it, traits)),
    maxTokens:
      request.at('max_completion_tokens').optional((it) => it.number(1, 1e6)) ??
      request.at('max_tokens').optional((it) => it.number(1, 1e6)),
    temperature: request.at('temperature').optional((it) => it.number(0, 2)),
    stop:
      request
        .at('stop')
        .optional((it) =>
          typeof it.value === 'string' ? [it.text()] : it.list().map((one) => one.text()),
        ) ?? [],
    thinks: !request.at('reasoning_effort').isAbsent || !request.at('reasoning').isAbsent,
    wantsUsage:
      traits.usage !== 'on-request' ||
      (request.at('stream_options').optional((it) => it.at('include_usage').value) ?? false) === true,
  };
}

interface ChatTurn {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly parts: readonly HeardPart[];
}

const asTurn = ({ role, parts }: ChatTurn): HeardTurn => ({ role: role === 'tool' ? 'user' : role, parts });

function tool(field: Field) {
  field.at('type').oneOf('function');
  const declared = field.at('function');
  return {
    name: declared.at('name').matching(/^[A-Za-z0-9_-]{1,64}$/),
    schema: declared.at('parameters').optional((it) => it.schema()),
  };
}

function toolChoice(field: Field, { choices }: ChatTraits): Heard['toolChoice'] {
  if (typeof field.value !== 'string') {
    field.at('type').oneOf('function');
    return { kind: 'tool', name: field.at('function').at('name').text() };
  }
  const word = field.oneOf(...choices);
  if (word === 'none' || word === 'auto') return { kind: word };
  return { kind: 'required' };
}

function format(field: Field, { formats }: ChatTraits): Heard['format'] {
  const type = field.at('type').oneOf('text', ...formats);
  if (type === 'text') return null;
  if (type === 'json_object') return { schema: null };
  return { schema: field.at('json_schema').at('schema').schema() };
}

function message(field: Field, traits: ChatTraits): ChatTurn {
  const role = field.at('role').oneOf(...traits.roles);
  const content = field.at('content');
  switch (role) {
    case 'system':
    case 'developer':
      return { role: 'system', parts: texts(content) };
    case 'user':
      return { role: 'user', parts: parts(content) };
    case 'tool': {
      const text = texts(content).flatMap((part) => (part.kind === 'text' ? part.text : []));
      const id = field.at('tool_call_id').matching(traits.callIdPattern);
      return { role: 'tool', parts: [{ kind: 'result', id, name: null, text: text.join('') }] };
    }
    default:
      return { role: 'assistant', parts: assistant(field, traits) };
  }
}

function assistant(field: Field, traits: ChatTraits): HeardPart[] {
  const content = field.at('content');
  const calls = field.at('tool_calls').optional((it) => it.filled()) ?? [];
  if (content.isAbsent && calls.length === 0 && field.at('refusal').isAbsent)
    content.refuse('must be set when there are no tool calls');
  if (content.value === null && !traits.nullContent) content.refuse('must not be null');
  return [
    ...reasoning(field),
    ...(content.isAbsent || content.value === '' ? [] : parts(content)),
    ...calls.map((call): HeardPart => {
      if (traits.calls !== 'bare') call.at('type').oneOf('function');
      const given = call.at('function').at('arguments');
      return {
        kind: 'call',
        id: call.at('id').matching(traits.callIdPattern),
        name: call
          .at('function')
          .at('name')
          .matching(/^[A-Za-z0-9_-]{1,64}$/),
        // Some models write nothing for nothing, and get it back.
        input: given.value === '' ? '' : given.json(),
      };
    }),
  ];
}

function reasoning(field: Field): HeardPart[] {
  const text = field.at('reasoning_content').value ?? field.at('reasoning').value;
  return typeof text === 'string' && text !== '' ? [{ kind: 'reasoning', text, proof: null }] : [];
}

function texts(content: Field): HeardPart[] {
  if (typeof content.value === 'string') return [{ kind: 'text', text: content.value }];
  return content.filled().map((part) => {
    part.at('type').oneOf('text');
    return { kind: 'text', text: part.at('text').string() };
  });
}

function parts(content: Field): HeardPart[] {
  if (typeof content.value === 'string') return [{ kind: 'text', text: content.value }];
  return content.filled().flatMap((part): HeardPart[] => {
    const type = part.at('type').oneOf('text', 'image_url', 'input_audio', 'file', 'thinking', 'refusal');
    if (type === 'text') return [{ kind: 'text', text: part.at('text').string() }];
    if (type === 'image_url') {
      const image = part.at('image_url');
      return [imageOfDataUrl(typeof image.value === 'string' ? image.value : image.at('url').text())];
    }
    if (type !== 'thinking') return [];
    const thoughts = part
      .at('thinking')
      .list()
      .map((it) => it.at('text').string());
    return [{ kind: 'reasoning', text: thoughts.join(''), proof: null }];
  });
}

/** Results directly after the calls that they answer, and, where asked, strict turns. */
function checkOrder(turns: readonly ChatTurn[], traits: ChatTraits): void {
  turns.forEach(({ role, parts: own }, index) => {
    const calls = own.flatMap((part) => (part.kind === 'call' ? part.id : []));
    if (role === 'assistant' && calls.length > 0) {
      const end = turns.findIndex((turn, at) => at > index && turn.role !== 'tool');
      const answers = turns.slice(index + 1, end === -1 ? turns.length : end);
      checkPaired(calls, answers.flatMap(results), {
        missing:
          "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following did not have response messages:",
        orphan: 'Unexpected tool message for',
      });
    }
    const previous = turns[index - 1]?.role;
    if (role === 'tool' && previous !== 'tool' && previous !== 'assistant')
      throw new Refused('bad-request', "messages with role 'tool' must follow a message with 'tool_calls'.");
    if (traits.alternates && role !== 'system' && role === previous)
      throw new Refused('bad-request', 'After the system messages, user and assistant roles must alternate.');
  });
}

const results = ({ parts: own }: ChatTurn) => own.flatMap((part) => (part.kind === 'result' ? part.id : []));
