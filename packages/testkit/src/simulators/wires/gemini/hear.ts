import { type Heard, type HeardPart, type HeardTurn, heardImage } from '../../heard.ts';
import { Field, Refused } from '../../request-reader.ts';
import type { WireRequest } from '../../wire.ts';

const METHOD =
  /^(?:\/[^/]+)*\/(?:models|publishers\/google\/models|tunedModels)\/([^/:]+):(generateContent|streamGenerateContent)$/;

export function hear({ path, query, body }: WireRequest): Heard {
  const [, model, method] = METHOD.exec(path) ?? [];
  if (model === undefined) throw new Refused('not-found', `${path} was not found.`);
  if (method === 'streamGenerateContent' && query.get('alt') !== 'sse')
    throw new Refused('bad-request', 'This simulator streams with alt=sse only.');
  const request = new Field(body, '').only(
    'contents',
    'systemInstruction',
    'tools',
    'toolConfig',
    'generationConfig',
    'safetySettings',
    'cachedContent',
    'labels',
    'serviceTier',
    'store',
  );
  const config = request.at('generationConfig').optional((it) => it) ?? new Field({}, 'generationConfig');
  config.only(...CONFIG_FIELDS);
  const turns = request.at('contents').filled().map(content);
  checkTurns(turns);
  const thinking = config
    .at('thinkingConfig')
    .optional((it) => it.only('includeThoughts', 'thinkingBudget', 'thinkingLevel'));
  if (thinking && !thinking.at('thinkingBudget').isAbsent && !thinking.at('thinkingLevel').isAbsent)
    thinking.refuse('You can only set only one of thinking budget and thinking level.');
  return {
    model: decodeURIComponent(model),
    stream: method === 'streamGenerateContent',
    system:
      request.at('systemInstruction').optional((it) =>
        it
          .at('parts')
          .filled()
          .map((part) => part.at('text').text()),
      ) ?? [],
    turns,
    tools: request.at('tools').optional(tools) ?? [],
    toolChoice: request.at('toolConfig').optional((it) => it.at('functionCallingConfig').optional(calling)),
    format: format(config),
    maxTokens: config.at('maxOutputTokens').optional((it) => it.number(1, 1e6)),
    temperature: config.at('temperature').optional((it) => it.number(0, 2)),
    stop: config.at('stopSequences').optional((it) => it.list().map((one) => one.text())) ?? [],
    thinks: thinking !== null,
    wantsUsage: true,
  };
}

const CONFIG_FIELDS = [
  'temperature',
  'topP',
  'topK',
  'candidateCount',
  'maxOutputTokens',
  'stopSequences',
  'responseMimeType',
  'responseSchema',
  'responseJsonSchema',
  'responseModalities',
  'presencePenalty',
  'frequencyPenalty',
  'seed',
  'responseLogprobs',
  'logprobs',
  'speechConfig',
  'thinkingConfig',
  'mediaResolution',
];

function format(config: Field): Heard['format'] {
  const schema = config.at('responseJsonSchema').value ?? config.at('responseSchema').value ?? null;
  const type = config.at('responseMimeType').optional((it) => it.string());
  if (schema !== null && type !== 'application/json')
    config.at('responseMimeType').refuse('must be application/json with a response schema');
  return type === 'application/json' ? { schema } : null;
}

function tools(list: Field) {
  const declaring = list.filled().filter((it) => !it.at('functionDeclarations').isAbsent);
  if (declaring.length > 1) list.refuse('Multiple tools are supported only when they are all search tools.');
  return declaring.flatMap((it) =>
    it
      .at('functionDeclarations')
      .filled()
      .map((declared) => {
        declared.only('name', 'description', 'parameters', 'parametersJsonSchema', 'response', 'behavior');
        if (!declared.at('parameters').isAbsent) checkSubset(declared.at('parameters'));
        return {
          name: declared.at('name').matching(/^[A-Za-z_][A-Za-z0-9_.:-]{0,63}$/),
          schema: declared.at('parametersJsonSchema').value ?? declared.at('parameters').value ?? null,
        };
      }),
  );
}

/** `parameters` is a part of OpenAPI 3.0, not JSON Schema. */
function checkSubset(schema: Field): void {
  for (const name of [
    '$ref',
    '$defs',
    '$schema',
    'const',
    'additionalProperties',
    'patternProperties',
    'oneOf',
  ])
    if (!schema.at(name).isAbsent) schema.refuse(`Unknown name "${name}": Cannot find field.`);
  const properties = schema.at('properties');
  for (const name of properties.isAbsent ? [] : Object.keys(properties.members()))
    checkSubset(properties.at(name));
}

function calling(config: Field): Heard['toolChoice'] {
  const mode = config
    .only('mode', 'allowedFunctionNames')
    .at('mode')
    .oneOf('AUTO', 'ANY', 'NONE', 'VALIDATED');
  const names =
    config.at('allowedFunctionNames').optional((it) => it.filled().map((one) => one.text())) ?? [];
  if (names.length > 0 && mode !== 'ANY' && mode !== 'VALIDATED')
    config.refuse('Allowed function names should only be set when the mode is ANY or VALIDATED.');
  const [only] = names;
  if (mode === 'ANY')
    return only !== undefined && names.length === 1 ? { kind: 'tool', name: only } : { kind: 'required' };
  return { kind: mode === 'NONE' ? 'none' : 'auto' };
}

function content(field: Field): HeardTurn {
  const role = field.only('role', 'parts').at('role').oneOf('user', 'model');
  return {
    role: role === 'model' ? 'assistant' : 'user',
    parts: field.at('parts').filled().map(part),
  };
}

function part(field: Field): HeardPart {
  field.only(
    'text',
    'inlineData',
    'fileData',
    'functionCall',
    'functionResponse',
    'thought',
    'thoughtSignature',
    'mediaResolution',
  );
  const proof = field.at('thoughtSignature').optional((it) => it.text());
  const call = field.at('functionCall');
  if (!call.isAbsent) {
    call
      .only('id', 'name', 'args')
      .at('args')
      .optional((it) => it.members());
    return {
      kind: 'call',
      id: call.at('id').optional((it) => it.text()) ?? '',
      name: call.at('name').text(),
      input: call.at('args').value ?? {},
      proof,
    };
  }
  const response = field.at('functionResponse');
  if (!response.isAbsent) {
    const { output, error } = response.only('id', 'name', 'response', 'parts').at('response').members();
    const text = output ?? error;
    return {
      kind: 'result',
      id: response.at('id').optional((it) => it.text()) ?? '',
      name: response.at('name').text(),
      text: typeof text === 'string' ? text : JSON.stringify(text),
    };
  }
  const inline = field.at('inlineData');
  if (!inline.isAbsent)
    return heardImage(inline.at('mimeType').text(), Buffer.from(inline.at('data').text(), 'base64'));
  if (!field.at('fileData').isAbsent)
    return heardImage(null, Buffer.from(field.at('fileData').at('fileUri').text()));
  if (field.at('thought').value === true)
    return { kind: 'reasoning', text: field.at('text').string(), proof };
  return { kind: 'text', text: field.at('text').string() };
}

/** Roles in turns; calls answered in their order by the content after them. */
function checkTurns(turns: readonly HeardTurn[]): void {
  turns.forEach(({ role, parts: own }, index) => {
    const next = turns[index + 1];
    if (next?.role === role)
      throw new Refused(
        'bad-request',
        'Please ensure that multiturn requests alternate between user and model.',
      );
    const calls = own.flatMap((it) => (it.kind === 'call' ? it.name : []));
    const results = (next?.parts ?? []).flatMap((it) => (it.kind === 'result' ? (it.name ?? '') : []));
    if (role === 'assistant' && calls.join() !== results.join())
      throw new Refused(
        'bad-request',
        'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn, in their order.',
      );
    if (role === 'user' && index === 0 && own.some(({ kind }) => kind === 'result'))
      throw new Refused(
        'bad-request',
        'Please ensure that function response turn comes immediately after a function call turn.',
      );
  });
}
