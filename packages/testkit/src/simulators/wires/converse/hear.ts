import { type Heard, type HeardPart, type HeardTurn, heardImage } from '../../heard.ts';
import { checkPaired, Field, Refused } from '../../request-reader.ts';
import type { WireRequest } from '../../wire.ts';

export const MODEL_PATH = /^\/model\/([^/]+)\/(converse|converse-stream|invoke|invoke-with-response-stream)$/;

export function hear({ path, body }: WireRequest): Heard {
  const [, model = '', operation] = MODEL_PATH.exec(path) ?? [];
  const request = new Field(body, '').only(
    'messages',
    'system',
    'inferenceConfig',
    'toolConfig',
    'additionalModelRequestFields',
    'additionalModelResponseFieldPaths',
    'guardrailConfig',
    'performanceConfig',
    'serviceTier',
    'requestMetadata',
    'outputConfig',
    'promptVariables',
  );
  const config = request.at('inferenceConfig').optional((it) => it) ?? new Field({}, 'inferenceConfig');
  config.only('maxTokens', 'temperature', 'topP', 'stopSequences');
  const turns = request.at('messages').filled().map(message);
  checkTurns(turns, !request.at('toolConfig').isAbsent);
  const more = request.at('additionalModelRequestFields').optional((it) => it);
  const toolConfig = request.at('toolConfig').optional((it) => it.only('tools', 'toolChoice'));
  return {
    model: decodeURIComponent(model),
    stream: operation === 'converse-stream',
    system: request.at('system').optional((it) => it.list().flatMap(systemText)) ?? [],
    turns,
    tools: toolConfig?.at('tools').filled().flatMap(tool) ?? [],
    toolChoice: toolConfig?.at('toolChoice').optional(toolChoice) ?? null,
    format:
      request.at('outputConfig').optional(format) ?? more?.at('output_config').optional(claudeFormat) ?? null,
    maxTokens: config.at('maxTokens').optional((it) => it.number(1, 1e6)),
    temperature: config.at('temperature').optional((it) => it.number(0, 1)),
    stop: config.at('stopSequences').optional((it) => it.list().map((one) => one.text())) ?? [],
    thinks:
      more !== null &&
      (!more.at('thinking').isAbsent ||
        !more.at('reasoning_effort').isAbsent ||
        !more.at('reasoningConfig').isAbsent ||
        !more.at('output_config').isAbsent),
    wantsUsage: true,
  };
}

const isCachePoint = (field: Field) => !field.at('cachePoint').isAbsent;

const systemText = (field: Field) => (isCachePoint(field) ? [] : [field.only('text').at('text').text()]);

function tool(field: Field): Heard['tools'] {
  if (isCachePoint(field)) return [];
  const spec = field.only('toolSpec').at('toolSpec').only('name', 'description', 'inputSchema', 'strict');
  spec.at('description').optional((it) => it.text());
  return [
    {
      name: spec.at('name').matching(/^[A-Za-z0-9_-]{1,64}$/),
      schema: spec.at('inputSchema').only('json').at('json').schema(),
    },
  ];
}

function toolChoice(field: Field): Heard['toolChoice'] {
  field.only('auto', 'any', 'tool');
  if (!field.at('tool').isAbsent) return { kind: 'tool', name: field.at('tool').at('name').text() };
  return { kind: field.at('any').isAbsent ? 'auto' : 'required' };
}

function format(field: Field): Heard['format'] {
  const text = field.only('textFormat').at('textFormat').only('type', 'structure');
  text.at('type').oneOf('json_schema');
  // The schema is a string with JSON in it.
  return { schema: text.at('structure').at('jsonSchema').at('schema').json() };
}

const claudeFormat = (field: Field): Heard['format'] =>
  field.at('format').optional((it) => ({ schema: it.at('schema').schema() }));

function message(field: Field): HeardTurn {
  const role = field.only('role', 'content').at('role').oneOf('user', 'assistant');
  return { role, parts: field.at('content').filled().flatMap(block) };
}

const IMAGE_FORMATS: Readonly<Record<string, string>> = {
  png: '89504e47',
  jpeg: 'ffd8ff',
  gif: '47494638',
  webp: '52494646',
};

function block(field: Field): HeardPart[] {
  const [kind = '', ...others] = Object.keys(field.members());
  if (others.length > 0) field.refuse('only one member of a content block may be set');
  const value = field.at(kind);
  switch (kind) {
    case 'text':
      return [{ kind: 'text', text: value.text() }];
    case 'image': {
      const type = value.at('format').oneOf(...Object.keys(IMAGE_FORMATS));
      const bytes = Buffer.from(value.at('source').only('bytes').at('bytes').text(), 'base64');
      if (!bytes.toString('hex').startsWith(IMAGE_FORMATS[type] ?? ''))
        value.refuse('The provided image does not match its format.');
      return [heardImage(`image/${type}`, bytes)];
    }
    case 'toolUse':
      value.only('toolUseId', 'name', 'input', 'type').at('input').members();
      return [
        {
          kind: 'call',
          id: value.at('toolUseId').matching(/^[A-Za-z0-9_-]{1,64}$/),
          name: value.at('name').matching(/^[A-Za-z0-9_-]{1,64}$/),
          input: value.at('input').value,
        },
      ];
    case 'toolResult':
      value.only('toolUseId', 'content', 'status', 'type');
      value.at('status').optional((it) => it.oneOf('success', 'error'));
      return [
        {
          kind: 'result',
          id: value.at('toolUseId').matching(/^[A-Za-z0-9_-]{1,64}$/),
          name: null,
          text: value.at('content').filled().map(resultText).join(''),
        },
      ];
    case 'reasoningContent': {
      const text = value.at('reasoningText').optional((it) => it.only('text', 'signature'));
      return [
        {
          kind: 'reasoning',
          text: text?.at('text').string() ?? '',
          proof: text?.at('signature').optional((it) => it.text()) ?? null,
        },
      ];
    }
    case 'cachePoint':
      return [];
    default:
      return field.refuse(`a content block of this kind is unknown: ${kind}`);
  }
}

function resultText(field: Field): string {
  const json = field.at('json');
  if (!json.isAbsent) return JSON.stringify(json.members());
  return field.at('text').optional((it) => it.text()) ?? '';
}

function checkTurns(turns: readonly HeardTurn[], hasToolConfig: boolean): void {
  if (turns[0]?.role !== 'user')
    throw new Refused(
      'bad-request',
      'A conversation must start with a user message. Try again with a conversation that starts with a user message.',
    );
  turns.forEach(({ role, parts }, index) => {
    const next = turns[index + 1];
    if (next?.role === role)
      throw new Refused('bad-request', 'A conversation must alternate between user and assistant roles.');
    const calls = parts.flatMap((it) => (it.kind === 'call' ? it.id : []));
    if (!hasToolConfig && parts.some(({ kind }) => kind === 'call' || kind === 'result'))
      throw new Refused(
        'bad-request',
        'The toolConfig field must be defined when using toolUse and toolResult content blocks.',
      );
    if (role === 'assistant')
      checkPaired(
        calls,
        (next?.parts ?? []).flatMap((it) => (it.kind === 'result' ? it.id : [])),
        {
          missing: `Expected toolResult blocks at messages.${index + 1}.content for the following Ids:`,
          orphan: `The number of toolResult blocks at messages.${index + 1}.content exceeds the number of toolUse blocks of previous turn:`,
        },
      );
  });
}
