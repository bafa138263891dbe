import { awsEvent, awsException } from '../../upstream/aws-event-frames.ts';
import { type Heard, type HeardPart, type HeardTurn, heardImage } from '../heard.ts';
import { checkPaired, Field, Refused } from '../request-reader.ts';
import { callPieces, callsOf, type Problem, type Script, type Step } from '../script.ts';
import {
  JSON_HEADERS,
  type StreamedAnswer,
  Telling,
  type Wire,
  type WireError,
  type WireRequest,
} from '../wire.ts';

/** Bedrock's Converse and ConverseStream (docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html). */
export const converseWire: Wire = {
  name: 'converse',
  limits: {
    refusal: 'its models refuse in plain text: there is no field for it',
    'reasoning-count': 'it does not count reasoning apart',
  },
  hear,
  whole: (script, { model }) => ({
    body: answer(signedBy(model, script)),
    headers: { 'x-amzn-requestid': 'simulated' },
  }),
  stream,
  error: bedrockError,
};

export const MODEL_PATH = /^\/model\/([^/]+)\/(converse|converse-stream|invoke|invoke-with-response-stream)$/;

function hear({ path, body }: WireRequest): Heard {
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

function stopReason(script: Script): string {
  if (script.finish === 'length') return 'max_tokens';
  if (script.finish === 'blocked') return 'content_filtered';
  return callsOf(script).length > 0 ? 'tool_use' : 'end_turn';
}

/** `inputTokens` leaves the cached ones out; reasoning is counted nowhere. */
const usage = ({ usage: { input, cached, output } }: Script) => ({
  inputTokens: input - cached,
  outputTokens: output,
  totalTokens: input + output,
  cacheReadInputTokens: cached,
  cacheWriteInputTokens: 0,
});

const callId = (id: string) => `tooluse_${id}`;

function answer(script: Script) {
  return {
    output: { message: { role: 'assistant', content: script.steps.flatMap(blocks) } },
    stopReason: stopReason(script),
    usage: usage(script),
    metrics: { latencyMs: 12 },
  };
}

/** Only Claude signs its thoughts. */
const signedBy = (model: string, script: Script): Script =>
  model.includes('anthropic')
    ? script
    : {
        ...script,
        steps: script.steps.map((step) => (step.kind === 'reasoning' ? { ...step, proof: '' } : step)),
      };

function blocks(step: Step): object[] {
  switch (step.kind) {
    case 'text':
    case 'output':
    case 'refusal':
      return [{ text: step.pieces.join('') }];
    case 'reasoning':
      return [
        {
          reasoningContent: {
            reasoningText: {
              text: step.pieces.join(''),
              ...(step.proof === '' ? {} : { signature: step.proof }),
            },
          },
        },
      ];
    case 'calls':
      return step.calls.map((call) => ({
        toolUse: {
          toolUseId: callId(call.id),
          name: call.name,
          input: JSON.parse(call.pieces.join('') || '{}'),
        },
      }));
  }
}

/** Binary frames with their checksums; only calls have a start; usage comes after the end, in `metadata`. */
function stream(given: Script, { model }: Heard): StreamedAnswer {
  const script = signedBy(model, given);
  const telling = new Telling();
  const event = (type: string, payload: object) => awsEvent(type, { ...payload, p: 'abcdefgh' });
  telling.tell(event('messageStart', { role: 'assistant' }));
  let index = 0;
  for (const step of script.steps) {
    const { events, count } = stepEvents(step, index, event);
    telling.say(...events);
    index += count;
  }
  telling.tell(event('messageStop', { stopReason: stopReason(script) }));
  telling.tell(event('metadata', { usage: usage(script), metrics: { latencyMs: 12 } }));
  return {
    contentType: 'application/vnd.amazon.eventstream',
    events: telling.events,
    firstWords: telling.firstWords,
    failure: (problem) => [awsException(EXCEPTIONS[problem.kind], problem.message)],
  };
}

type FrameWriter = (type: string, payload: object) => Buffer;

function stepEvents(step: Step, first: number, event: FrameWriter): { events: Buffer[]; count: number } {
  const deltas = (contentBlockIndex: number, list: readonly object[]) =>
    list.map((delta) => event('contentBlockDelta', { contentBlockIndex, delta }));
  const stop = (contentBlockIndex: number) => event('contentBlockStop', { contentBlockIndex });
  switch (step.kind) {
    case 'text':
    case 'output':
    case 'refusal':
      return {
        events: [
          ...deltas(
            first,
            step.pieces.map((text) => ({ text })),
          ),
          stop(first),
        ],
        count: 1,
      };
    case 'reasoning': {
      const texts = step.pieces.map((text) => ({ reasoningContent: { text } }));
      const signed = step.proof === '' ? [] : [{ reasoningContent: { signature: step.proof } }];
      return { events: [...deltas(first, [...texts, ...signed]), stop(first)], count: 1 };
    }
    case 'calls': {
      const events = callPieces(step).flatMap(({ call, piece }) => {
        const scripted = step.calls[call];
        if (piece !== null || !scripted) return deltas(first + call, [{ toolUse: { input: piece ?? '' } }]);
        const start = { toolUse: { toolUseId: callId(scripted.id), name: scripted.name } };
        return [event('contentBlockStart', { contentBlockIndex: first + call, start })];
      });
      return {
        events: [...events, ...step.calls.map((_, call) => stop(first + call))],
        count: step.calls.length,
      };
    }
  }
}

export const EXCEPTIONS = {
  'bad-request': 'validationException',
  authentication: 'accessDeniedException',
  'not-found': 'resourceNotFoundException',
  'rate-limit': 'throttlingException',
  server: 'internalServerException',
  overloaded: 'serviceUnavailableException',
} as const;

const STATUS = {
  'bad-request': [400, 'ValidationException'],
  authentication: [401, 'UnrecognizedClientException'],
  'not-found': [404, 'ResourceNotFoundException'],
  'rate-limit': [429, 'ThrottlingException'],
  server: [500, 'InternalServerException'],
  overloaded: [503, 'ServiceUnavailableException'],
} as const;

/** The kind of an error stands in a header, the body holds only its sentence. */
export function bedrockError(problem: Problem | Refused): WireError {
  const [status, type] = STATUS[problem.kind];
  return {
    status,
    headers: {
      ...JSON_HEADERS,
      'x-amzn-errortype': `${type}:http://internal.amazon.com/coral/com.amazon.bedrock/`,
      'x-amzn-requestid': 'simulated',
    },
    body: JSON.stringify({ message: problem.message }),
  };
}
