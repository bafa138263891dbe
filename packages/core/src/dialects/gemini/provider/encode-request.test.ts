import { describe, expect, test } from '@jest/globals';
import type { AssistantBlock, UserBlock } from '../../../form/blocks.ts';
import { isFault } from '../../../form/fault.ts';
import type { Json } from '../../../form/json.ts';
import type { Message, ModelRequest, OutputFormat, Parameters, Tool } from '../../../form/request.ts';
import { asked, encoded, expectTable, targetOf, withParameters } from '../../__fixtures__/exchange.ts';
import { GEMINI_PARAMETERS, VERTEX_PARAMETERS } from '../parameters.ts';
import { gemini, geminiOnVertex } from './index.ts';

const SECOND = targetOf('google-ai-studio', 'gemini-2.5-flash');
const THIRD = targetOf('google-ai-studio', 'gemini-3-pro-preview');
const GEMMA = targetOf('google-ai-studio', 'gemma-3-27b-it');
const VERTEX = targetOf(
  'google-vertex-ai',
  'projects/p/locations/europe-west4/publishers/google/models/gemini-2.5-pro',
);

const bodyOf = (request: ModelRequest, target = SECOND) => encoded(gemini, request, target).body;
const configOf = (parameters: Parameters, target = SECOND) =>
  bodyOf(withParameters(parameters), target).generationConfig;
const refusal = (request: ModelRequest, target = SECOND, dialect = gemini) => {
  const result = dialect.encodeRequest(request, target);
  return isFault(result) ? result : null;
};

const text = (words: string) => ({ kind: 'text', text: words }) as const;
const user = (...content: readonly UserBlock[]): Message => ({ role: 'user', content });
const assistant = (...content: readonly AssistantBlock[]): Message => ({ role: 'assistant', content });
const call = (id: string, name = 'look', about: Partial<AssistantBlock> = {}): AssistantBlock =>
  ({ kind: 'tool-call', id, name, arguments: '{"at":1}', ...about }) as AssistantBlock;
const result = (callId: string, words: string, isError = false): UserBlock => ({
  kind: 'tool-result',
  callId,
  content: [text(words)],
  isError,
});
const tool = (about: Partial<Extract<Tool, { kind: 'function' }>> = {}): Tool => ({
  kind: 'function',
  name: 'look',
  schema: { type: 'object', properties: { at: { type: 'integer' } } },
  strict: null,
  ...about,
});
const contentsOf = (messages: readonly Message[], target = SECOND) =>
  bodyOf(asked({ messages }), target).contents as readonly Json[];

describe('where a request goes', () => {
  test.each([
    ['gemini-2.5-flash', false, 'v1beta/models/gemini-2.5-flash:generateContent', ''],
    ['models/gemini-2.5-flash', false, 'v1beta/models/gemini-2.5-flash:generateContent', ''],
    ['tunedModels/mine', true, 'v1beta/tunedModels/mine:streamGenerateContent', 'alt=sse'],
    ['a/../b?c', false, 'v1beta/models/a%2F..%2Fb%3Fc:generateContent', ''],
  ])('AI Studio: %s (stream: %s)', (model, stream, path, query) => {
    expect(encoded(gemini, asked({ stream }), targetOf('google-ai-studio', model))).toMatchObject({
      path,
      query,
      headers: [],
    });
  });

  test('Vertex takes the full name of a model', () => {
    expect(encoded(geminiOnVertex, asked({ stream: true }), VERTEX)).toMatchObject({
      path: 'v1/projects/p/locations/europe-west4/publishers/google/models/gemini-2.5-pro:streamGenerateContent',
      query: 'alt=sse',
    });
  });

  test('Vertex without project and region is refused, and the fault says how to write it', () => {
    const fault = refusal(asked(), targetOf('google-vertex-ai', 'gemini-2.5-pro'), geminiOnVertex);
    expect(fault).toMatchObject({ path: ['model'], message: expect.stringContaining('projects/{project}') });
  });
});

describe('the conversation', () => {
  test('system texts lead, later ones are user text in place, neighbours are one turn', () => {
    const body = bodyOf(
      asked({
        messages: [
          { role: 'system', content: [text('Be brief.'), text('Be kind.')] },
          user(text('Hi')),
          { role: 'system', content: [text('Now in French.')] },
          user(text('Go on')),
          assistant(text('Oui'), text('.')),
        ],
      }),
    );
    expect(body).toEqual({
      systemInstruction: { parts: [{ text: 'Be brief.' }, { text: 'Be kind.' }] },
      contents: [
        { role: 'user', parts: [{ text: 'Hi' }, { text: 'Now in French.' }, { text: 'Go on' }] },
        { role: 'model', parts: [{ text: 'Oui' }, { text: '.' }] },
      ],
    });
  });

  test('Gemma has no place for instructions: they come before the first words of the user', () => {
    const messages: Message[] = [{ role: 'system', content: [text('Be brief.')] }, user(text('Hi'))];
    expect(bodyOf(asked({ messages }), GEMMA)).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'Be brief.' }, { text: 'Hi' }] }],
    });
  });

  test('a request of instructions alone is refused', () => {
    expect(refusal(asked({ messages: [{ role: 'system', content: [text('x')] }] }))?.path).toEqual([
      'messages',
    ]);
  });

  test('results come in one user turn, in the order of the calls, as objects (bugs 29, 32)', () => {
    const contents = contentsOf([
      user(text('Look')),
      assistant(call('a', 'first'), call('b', 'second')),
      user(text('and?'), result('b', 'broken', true), result('a', 'seen')),
    ]);
    expect(contents[2]).toEqual({
      role: 'user',
      parts: [
        { functionResponse: { name: 'first', response: { output: 'seen' } } },
        { functionResponse: { name: 'second', response: { error: 'broken' } } },
        { text: 'and?' },
      ],
    });
  });

  test('a result that is JSON stays under output', () => {
    const contents = contentsOf([user(text('x')), assistant(call('a')), user(result('a', '{"x":[1]}'))]);
    expect(contents[2]).toMatchObject({
      parts: [{ functionResponse: { response: { output: '{"x":[1]}' } } }],
    });
  });

  test('only ids that Gemini gave go back to it', () => {
    const contents = contentsOf([
      user(text('x')),
      assistant(call('gemini-8jf2'), call('call_made')),
      user(result('gemini-8jf2', 'one'), result('call_made', 'two')),
    ]);
    expect(contents[1]).toEqual({
      role: 'model',
      parts: [
        { functionCall: { id: '8jf2', name: 'look', args: { at: 1 } } },
        { functionCall: { name: 'look', args: { at: 1 } } },
      ],
    });
    expect(contents[2]).toMatchObject({
      parts: [{ functionResponse: { id: '8jf2' } }, { functionResponse: { response: { output: 'two' } } }],
    });
    expect(JSON.stringify(contents)).not.toContain('call_made');
  });

  test('a call without arguments has an empty object, a custom call its text', () => {
    const contents = contentsOf([
      user(text('x')),
      assistant(call('a', 'look', { arguments: '' }), call('b', 'patch', { arguments: '+1', custom: true })),
    ]);
    expect(contents[1]).toMatchObject({
      parts: [{ functionCall: { args: {} } }, { functionCall: { args: { input: '+1' } } }],
    });
  });

  test.each(['[1]', '"x"', '{"cut":'])('arguments that are no object are refused: %s', (broken) => {
    const fault = refusal(
      asked({ messages: [user(text('x')), assistant(call('a', 'look', { arguments: broken }))] }),
    );
    expect(fault?.message).toContain('"a"');
  });
});

describe('signatures (bug 33)', () => {
  const proof = { family: 'google', kind: 'signature', value: 'S1' } as const;
  const modelTurn = (content: readonly AssistantBlock[], target = THIRD) =>
    contentsOf([user(text('x')), assistant(...content)], target)[1]?.parts;

  test('go back onto the same part', () => {
    expect(modelTurn([call('a', 'look', { proof }), call('b')])).toEqual([
      { functionCall: { name: 'look', args: { at: 1 } }, thoughtSignature: 'S1' },
      { functionCall: { name: 'look', args: { at: 1 } } },
    ]);
  });

  test('the first call of a turn that another model made gets the word that stands for one', () => {
    const foreign = { family: 'anthropic', kind: 'signature', value: 'A1' } as const;
    expect(
      modelTurn([
        { kind: 'reasoning', text: 'hm', proof: foreign },
        call('a', 'look', { proof: foreign } as never),
        call('b'),
      ]),
    ).toEqual([
      {
        functionCall: { name: 'look', args: { at: 1 } },
        thoughtSignature: 'skip_thought_signature_validator',
      },
      { functionCall: { name: 'look', args: { at: 1 } } },
    ]);
  });

  test('models before the third generation get no such word', () => {
    expect(modelTurn([call('a')], SECOND)).toEqual([{ functionCall: { name: 'look', args: { at: 1 } } }]);
  });

  test('a seal goes onto the text before it, or onto the first after it when a client moved it', () => {
    const seal: AssistantBlock = { kind: 'reasoning', text: '', proof };
    const sealed = [{ text: 'one' }, { text: 'two', thoughtSignature: 'S1' }];
    expect(modelTurn([text('one'), text('two'), seal])).toEqual(sealed);
    expect(modelTurn([seal, text('one')])).toEqual([{ text: 'one', thoughtSignature: 'S1' }]);
    expect(modelTurn([seal])).toEqual([{ text: '', thoughtSignature: 'S1' }]);
  });

  test('thoughts of Google go back as thoughts, all others stay out', () => {
    expect(modelTurn([{ kind: 'reasoning', text: 'hm', proof }, text('so')])).toEqual([
      { text: 'hm', thought: true, thoughtSignature: 'S1' },
      { text: 'so' },
    ]);
    expect(modelTurn([{ kind: 'reasoning', text: 'unsigned' }, text('so')])).toEqual([{ text: 'so' }]);
  });
});

describe('media', () => {
  const partOf = (block: UserBlock, target = SECOND, dialect = gemini) => {
    const result = dialect.encodeRequest(asked({ messages: [user(block)] }), target);
    if (isFault(result)) return result;
    const [turn] = result.body.contents as readonly { readonly parts: readonly Json[] }[];
    return turn?.parts[0];
  };
  const image = (url: string): UserBlock => ({ kind: 'image', source: { kind: 'url', url } });

  test('bytes are inline, by what they are and not by what they are called', () => {
    const png = { kind: 'data', mediaType: 'image/jpeg', data: 'iVBORw0KGgoAAAA' } as const;
    expect(partOf({ kind: 'image', source: png })).toEqual({
      inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgoAAAA' },
    });
    const sound = { kind: 'data', mediaType: 'audio/wav', data: 'UklGRg' } as const;
    expect(partOf({ kind: 'audio', source: sound })).toEqual({
      inlineData: { mimeType: 'audio/wav', data: 'UklGRg' },
    });
  });

  test.each([
    ['gs://bucket/a.png', 'image/png'],
    ['https://example.com/a.webp?size=1', 'image/webp'],
    ['https://example.com/a', 'image/jpeg'],
    ['https://youtu.be/xyz', undefined],
  ])('an address is named: %s', (fileUri, mimeType) => {
    expect(partOf(image(fileUri))).toEqual({
      fileData: { ...(mimeType ? { mimeType } : {}), fileUri },
    });
  });

  test('models that fetch nothing get a fault that says what to do, but on Vertex they do', () => {
    const old = targetOf('google-ai-studio', 'gemini-2.0-flash');
    expect(partOf(image('https://example.com/a.png'), old)).toMatchObject({
      kind: 'fault',
      message: expect.stringContaining('data URL'),
    });
    expect(partOf(image('http://example.com/a.png'))).toMatchObject({ kind: 'fault' });
    expect(partOf(image('https://example.com/a.png'), VERTEX, geminiOnVertex)).toMatchObject({
      fileData: { mimeType: 'image/png' },
    });
  });

  test("another provider's file is refused by its id", () => {
    const source = { kind: 'file-id', id: 'file-1', dialect: 'openai-chat' } as const;
    expect(partOf({ kind: 'file', source })).toMatchObject({
      kind: 'fault',
      message: expect.stringContaining('file-1'),
    });
  });

  test('an image in a result stays in it, or follows the results where it cannot (bug 35)', () => {
    const messages = [
      user(text('x')),
      assistant(call('a'), call('b')),
      user(
        {
          kind: 'tool-result',
          callId: 'a',
          isError: false,
          content: [
            text('see'),
            { kind: 'image', source: { kind: 'data', mediaType: 'image/png', data: 'AA' } },
          ],
        },
        result('b', 'no'),
      ),
    ];
    const inline = { inlineData: { mimeType: 'image/png', data: 'AA' } };
    expect(contentsOf(messages, THIRD)[2]).toMatchObject({
      parts: [
        { functionResponse: { response: { output: 'see' }, parts: [inline] } },
        { functionResponse: {} },
      ],
    });
    expect(contentsOf(messages)[2]?.parts).toEqual([
      { functionResponse: { name: 'look', response: { output: 'see' } } },
      { functionResponse: { name: 'look', response: { output: 'no' } } },
      { text: 'Returned by the call of look:' },
      inline,
    ]);
  });

  test('5 MB of image are passed through', () => {
    const data = 'iVBORw0KGgo'.padEnd(5_000_000, 'A');
    expect(partOf({ kind: 'image', source: { kind: 'data', mediaType: 'image/png', data } })).toEqual({
      inlineData: { mimeType: 'image/png', data },
    });
  });
});

describe('tools', () => {
  const withTools = (tools: readonly Tool[], parameters: Parameters = {}, target = SECOND) =>
    bodyOf(asked({ tools, parameters }), target);

  test('all functions are one entry, with their JSON Schema as it is (bug 37)', () => {
    const schema = { type: 'object', properties: { x: { $ref: '#/$defs/x' } }, $defs: { x: { const: 1 } } };
    expect(
      withTools([
        tool({ description: 'Looks.', schema: { $schema: 'draft', ...schema } }),
        tool({ name: 'go', schema: null }),
      ]),
    ).toMatchObject({
      tools: [
        {
          functionDeclarations: [
            { name: 'look', description: 'Looks.', parametersJsonSchema: schema },
            { name: 'go' },
          ],
        },
      ],
    });
  });

  test('models without that field get the OpenAPI subset', () => {
    const old = targetOf('google-ai-studio', 'gemini-1.5-pro');
    const schema = { type: 'object', properties: { x: { const: 'a' } }, additionalProperties: false };
    expect(withTools([tool({ schema })], {}, old)).toMatchObject({
      tools: [
        {
          functionDeclarations: [
            { parameters: { type: 'object', properties: { x: { type: 'string', enum: ['a'] } } } },
          ],
        },
      ],
    });
  });

  test.each([{}, { type: 'object' }, { type: 'object', properties: {}, additionalProperties: false }])(
    'an object without properties is left out: %j',
    (schema) => {
      expect(withTools([tool({ schema })]).tools).toEqual([{ functionDeclarations: [{ name: 'look' }] }]);
    },
  );

  test('a schema 100 deep goes through', () => {
    let schema: Json = { type: 'string' };
    for (let depth = 0; depth < 100; depth += 1) schema = { type: 'object', properties: { in: schema } };
    expect(withTools([tool({ schema })]).tools).toMatchObject([
      { functionDeclarations: [{ parametersJsonSchema: schema }] },
    ]);
  });

  test.each<[Parameters['toolChoice'], Json | undefined]>([
    [undefined, undefined],
    [{ kind: 'auto' }, { mode: 'AUTO' }],
    [{ kind: 'none' }, { mode: 'NONE' }],
    [{ kind: 'required' }, { mode: 'ANY' }],
    [
      { kind: 'tool', name: 'look' },
      { mode: 'ANY', allowedFunctionNames: ['look'] },
    ],
    [
      { kind: 'allowed', mode: 'required', names: ['look'] },
      { mode: 'ANY', allowedFunctionNames: ['look'] },
    ],
    [
      { kind: 'allowed', mode: 'auto', names: ['look'] },
      { mode: 'VALIDATED', allowedFunctionNames: ['look'] },
    ],
  ])('choice %j is %j', (toolChoice, config) => {
    const body = withTools([tool()], toolChoice ? { toolChoice } : {});
    expect(body.toolConfig).toEqual(config && { functionCallingConfig: config });
  });

  test('strict functions are validated, where the model can', () => {
    const strict = [tool({ strict: true })];
    const validated = { functionCallingConfig: { mode: 'VALIDATED' } };
    expect(withTools(strict).toolConfig).toEqual(validated);
    expect(withTools(strict, {}, targetOf('x', 'gemini-2.0-flash')).toolConfig).toBeUndefined();
    expect(withTools([...strict, tool({ name: 'lax', strict: false })]).toolConfig).toBeUndefined();
  });

  test('a choice without tools is left out', () => {
    expect(bodyOf(withParameters({ toolChoice: { kind: 'required' } }))).not.toHaveProperty('toolConfig');
  });

  test('names that Google refuses are mapped, in the call, its result and the choice', () => {
    const name = '1st tool/of mine';
    const { body, names } = encoded(
      gemini,
      asked({
        messages: [user(text('x')), assistant(call('a', name)), user(result('a', 'y'))],
        tools: [tool({ name })],
        parameters: { toolChoice: { kind: 'tool', name } },
      }),
      SECOND,
    );
    const wire = names.toWire(name);
    expect(wire).toMatch(/^_1st_tool_of_mine_[0-9a-f]{8}$/);
    expect(names.fromWire(wire)).toBe(name);
    expect(JSON.stringify(body)).not.toContain(name);
    expect(JSON.stringify(body).split(wire)).toHaveLength(5);
  });

  test('what runs at Google has entries of its own, and options that it lacks are named', () => {
    const tools: Tool[] = [
      {
        kind: 'web-search',
        dialect: 'anthropic-messages',
        options: { type: 'web_search_20250305', name: 'web_search', max_uses: 2 },
      },
      {
        kind: 'provider',
        dialect: 'anthropic-messages',
        type: 'code_execution_20250522',
        options: { type: 'code_execution_20250522' },
      },
      {
        kind: 'provider',
        dialect: 'anthropic-messages',
        type: 'web_fetch_20250910',
        options: { type: 'web_fetch_20250910' },
      },
    ];
    const { body, dropped } = encoded(gemini, asked({ tools }), SECOND);
    expect(body.tools).toEqual([{ googleSearch: {} }, { codeExecution: {} }, { urlContext: {} }]);
    expect(dropped).toEqual(['web_search_20250305.max_uses']);
  });

  test('a choice among them cannot be said, and is named', () => {
    const tools: Tool[] = [{ kind: 'web-search', dialect: 'openai-chat', options: {} }];
    const dropped = (kind: 'auto' | 'required') =>
      encoded(gemini, asked({ tools, parameters: { toolChoice: { kind } } }), SECOND).dropped;
    expect(dropped('required')).toEqual(['toolChoice']);
    expect(dropped('auto')).toEqual([]);
  });

  test('functions beside them only from the third generation on', () => {
    const tools: Tool[] = [tool(), { kind: 'web-search', dialect: 'openai-chat', options: {} }];
    expect(refusal(asked({ tools }))?.path).toEqual(['tools']);
    expect(bodyOf(asked({ tools }), THIRD)).toMatchObject({
      tools: [{ functionDeclarations: [{ name: 'look' }] }, { googleSearch: {} }],
      toolConfig: { includeServerSideToolInvocations: true },
    });
  });

  test.each<Tool>([
    { kind: 'custom', name: 'patch', format: null },
    { kind: 'provider', dialect: 'openai-responses', type: 'computer_use_preview', options: {} },
  ])('$kind tools that nobody at Google knows are refused by name', (unknown) => {
    const fault = refusal(asked({ tools: [tool(), unknown] }));
    expect(fault?.path).toEqual(['tools', '1']);
    expect(fault?.message).toContain(unknown.kind === 'custom' ? 'patch' : 'computer_use_preview');
  });

  test('Gemma takes none', () => {
    expect(refusal(asked({ tools: [tool()] }), GEMMA)?.path).toEqual(['tools']);
  });
});

describe('structured output', () => {
  const schema = { type: 'object', properties: { a: { type: 'string' } } };
  const outputFormat: OutputFormat = { kind: 'json-schema', name: 'n', schema, strict: true };

  test('has its own fields', () => {
    expect(configOf({ outputFormat: { kind: 'json' } })).toEqual({ responseMimeType: 'application/json' });
    expect(configOf({ outputFormat })).toEqual({
      responseMimeType: 'application/json',
      responseJsonSchema: schema,
    });
  });

  test('beside functions it is asked for in words before the third generation', () => {
    const request = asked({ tools: [tool()], parameters: { outputFormat } });
    const body = bodyOf(request);
    expect(body.generationConfig).toBeUndefined();
    expect(JSON.stringify(body.systemInstruction)).toContain('JSON Schema');
    expect(bodyOf(request, THIRD).generationConfig).toMatchObject({ responseJsonSchema: schema });
  });

  test('of Gemma too', () => {
    const body = bodyOf(withParameters({ outputFormat }), GEMMA);
    expect(body).not.toHaveProperty('generationConfig');
    expect(JSON.stringify(body.contents)).toContain('JSON Schema');
  });
});

describe('thinking', () => {
  const thinking = (reasoning: Parameters['reasoning'], model: string, maxTokens?: number) => {
    const config = configOf(
      { ...(reasoning ? { reasoning } : {}), ...(maxTokens ? { maxTokens } : {}) },
      targetOf('google-ai-studio', model),
    );
    return (config as Json | undefined)?.thinkingConfig;
  };

  test.each([
    ['none', 'gemini-2.5-flash', { thinkingBudget: 0 }],
    ['none', 'gemini-2.5-pro', { thinkingBudget: 128 }],
    ['low', 'gemini-2.5-pro', { thinkingBudget: 6553 }],
    ['minimal', 'gemini-2.5-flash-lite', { thinkingBudget: 1310 }],
    ['max', 'gemini-2.5-flash', { thinkingBudget: 24_576 }],
    ['none', 'gemini-3-pro-preview', { thinkingLevel: 'low' }],
    ['medium', 'gemini-3-pro-preview', { thinkingLevel: 'high' }],
    ['none', 'gemini-3-flash-preview', { thinkingLevel: 'minimal' }],
    ['medium', 'gemini-3.1-pro-preview', { thinkingLevel: 'medium' }],
    ['minimal', 'gemini-3.8-flash', { thinkingLevel: 'low' }],
    ['xhigh', 'gemini-flash-latest', { thinkingLevel: 'high' }],
    ['low', 'my-tuned-model', { thinkingBudget: 6553 }],
  ] as const)('effort %s on %s is %j', (effort, model, config) => {
    expect(thinking({ effort, shown: null }, model)).toEqual(config);
  });

  test('a budget is kept within what the model takes, or becomes the nearest level', () => {
    expect(thinking({ budget: 100_000, shown: true }, 'gemini-2.5-pro')).toEqual({
      includeThoughts: true,
      thinkingBudget: 32_768,
    });
    expect(thinking({ budget: 300, shown: null }, 'gemini-2.5-flash', 1000)).toEqual({ thinkingBudget: 300 });
    expect(thinking({ budget: 1024, shown: true }, 'gemini-3-flash', 10_240)).toEqual({
      includeThoughts: true,
      thinkingLevel: 'low',
    });
  });

  test('shown thoughts need no amount', () => {
    expect(thinking({ shown: true }, 'gemini-3-flash')).toEqual({ includeThoughts: true });
    expect(thinking({ shown: false }, 'gemini-3-flash')).toBeUndefined();
  });

  test('a model that does not think drops it by name', () => {
    const { dropped } = encoded(
      gemini,
      asked({
        parameters: { reasoning: { effort: 'low', shown: null } },
        names: { reasoning: 'reasoning_effort' },
      }),
      targetOf('google-ai-studio', 'gemini-2.0-flash'),
    );
    expect(dropped).toEqual(['reasoning_effort']);
  });
});

describe('parameters', () => {
  const kept: readonly (readonly [Parameters, Json])[] = [
    [{ maxTokens: 5 }, { maxOutputTokens: 5 }],
    [{ temperature: 1.5 }, { temperature: 1.5 }],
    [{ topP: 0.5 }, { topP: 0.5 }],
    [{ topK: 3 }, { topK: 3 }],
    [{ stop: ['a', 'b'] }, { stopSequences: ['a', 'b'] }],
    [{ seed: 1 }, { seed: 1 }],
    [{ frequencyPenalty: 0.1 }, { frequencyPenalty: 0.1 }],
    [{ presencePenalty: 0.2 }, { presencePenalty: 0.2 }],
    [{ logprobs: 0 }, { responseLogprobs: true }],
    [{ logprobs: 3 }, { responseLogprobs: true, logprobs: 3 }],
    [{ modalities: ['text', 'image'] }, { responseModalities: ['TEXT', 'IMAGE'] }],
    [
      { audioOutput: { voice: 'Kore', format: 'wav' } },
      { speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: 'Kore' } } } },
    ],
  ];
  test.each(kept)('%j is written as %j', (parameters, config) => {
    expect(configOf(parameters)).toEqual(config);
  });

  const dropped: readonly Parameters[] = [
    { logitBias: {} },
    { parallelToolCalls: false },
    { verbosity: 'low' },
    { prediction: {} },
    { user: 'u' },
    { metadata: { a: 'b' } },
    { store: true },
    { promptCacheKey: 'k' },
    { promptCacheRetention: '24h' },
    { truncation: 'auto' },
    { maxToolCalls: 1 },
  ];
  test.each(dropped)('%j only tunes: left out and named', (parameters) => {
    const { body, dropped: names } = encoded(gemini, withParameters(parameters), SECOND);
    expect(names).toEqual(Object.keys(parameters));
    expect(body).not.toHaveProperty('generationConfig');
  });

  test('every row of both tables holds', () => {
    expectTable(gemini, SECOND, GEMINI_PARAMETERS);
    expectTable(geminiOnVertex, VERTEX, VERTEX_PARAMETERS);
  });

  test('more than one answer is refused', () => {
    expect(refusal(asked({ parameters: { candidates: 2 }, names: { candidates: 'n' } }))).toMatchObject({
      path: ['n'],
    });
  });

  test('parallel calls that are allowed ask for nothing', () => {
    expect(encoded(gemini, withParameters({ parallelToolCalls: true }), SECOND).dropped).toEqual([]);
  });

  test('the form of a sound is named, since there is but one', () => {
    const request = asked({
      parameters: { audioOutput: { voice: 'Kore', format: 'mp3' } },
      names: { audioOutput: 'audio' },
    });
    expect(encoded(gemini, request, SECOND).dropped).toEqual(['audio.format']);
  });

  test('tiers', () => {
    expect(bodyOf(withParameters({ serviceTier: 'default' })).serviceTier).toBe('standard');
    expect(bodyOf(withParameters({ serviceTier: 'flex' })).serviceTier).toBe('flex');
    expect(bodyOf(withParameters({ serviceTier: 'auto' }))).not.toHaveProperty('serviceTier');
    expect(encoded(geminiOnVertex, withParameters({ serviceTier: 'flex' }), VERTEX).dropped).toEqual([
      'serviceTier',
    ]);
  });

  test('Vertex labels take users and metadata as far as they fit', () => {
    const fits = encoded(
      geminiOnVertex,
      asked({ parameters: { user: 'u-1', metadata: { team: 'a' } } }),
      VERTEX,
    );
    expect(fits.body.labels).toEqual({ team: 'a', user: 'u-1' });
    expect(fits.dropped).toEqual([]);
    const misfits = encoded(
      geminiOnVertex,
      asked({ parameters: { user: 'Ü', metadata: { Team: 'a', ok: 'b' } } }),
      VERTEX,
    );
    expect(misfits.body.labels).toEqual({ ok: 'b' });
    expect(misfits.dropped).toEqual(['metadata', 'user']);
  });

  test('fields that nobody knows are named', () => {
    expect(encoded(gemini, asked({ unknown: { top_a: 1 } }), SECOND).dropped).toEqual(['top_a']);
  });
});
