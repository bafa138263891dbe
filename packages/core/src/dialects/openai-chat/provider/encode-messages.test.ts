import { describe, expect, test } from '@jest/globals';
import type { Message } from '../../../form/request.ts';
import { call, faultOf, messagesOf, PNG, result, text, user } from './__fixtures__/encode.ts';
import { OPENAI_CHAT } from './index.ts';

const calls = (...ids: string[]): Message => ({ role: 'assistant', content: ids.map((id) => call(id)) });
const wireCall = (id: string) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } });

describe('instructions', () => {
  const messages: Message[] = [
    { role: 'system', content: [text('a'), text('b')] },
    user('hi'),
    { role: 'assistant', content: [text('ho')] },
    { role: 'system', content: [text('now in French')] },
    user('go on'),
  ];
  test('the leading ones are one message', () => {
    expect(messagesOf(messages.slice(0, 2))).toEqual([
      { role: 'system', content: 'a\n\nb' },
      { role: 'user', content: 'hi' },
    ]);
  });
  test.each(['developer', 'user'] as const)(
    'they are spoken by "%s" where the model wants it',
    (systemRole) => {
      expect(messagesOf(messages.slice(0, 2), { systemRole })).toMatchObject([
        { role: systemRole },
        { role: 'user' },
      ]);
    },
  );
  test('in the middle they stay in place', () => {
    expect(messagesOf(messages, { laterSystem: 'in-place', systemRole: 'developer' })).toEqual([
      { role: 'developer', content: 'a\n\nb' },
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: 'ho' },
      { role: 'developer', content: 'now in French' },
      { role: 'user', content: 'go on' },
    ]);
  });
  test('in the middle they are the user’s where a template takes them only first', () => {
    expect(messagesOf(messages)).toMatchObject([
      { role: 'system' },
      { role: 'user' },
      { role: 'assistant' },
      { role: 'user', content: 'now in French\n\ngo on' },
    ]);
  });
  test('they never come between a call and its result', () => {
    expect(
      messagesOf(
        [
          user('hi'),
          calls('a'),
          { role: 'system', content: [text('careful')] },
          { role: 'user', content: [result('a', '1'), text('well?')] },
        ],
        { laterSystem: 'in-place' },
      ),
    ).toMatchObject([
      { role: 'user' },
      { role: 'assistant' },
      { role: 'tool', tool_call_id: 'a' },
      { role: 'system', content: 'careful' },
      { role: 'user', content: 'well?' },
    ]);
  });
});

describe('calls and their results', () => {
  test('results come directly after the calls, in their order, before the user’s words', () => {
    expect(
      messagesOf([
        user('hi'),
        calls('a', 'b'),
        { role: 'user', content: [text('and'), result('b', '2'), text('also'), result('a', '1')] },
      ]),
    ).toEqual([
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: '', tool_calls: [wireCall('a'), wireCall('b')] },
      { role: 'tool', tool_call_id: 'a', content: '1' },
      { role: 'tool', tool_call_id: 'b', content: '2' },
      { role: 'user', content: 'and\n\nalso' },
    ]);
  });
  test('a call that was interrupted has a result that says so', () => {
    expect(messagesOf([user('hi'), calls('a'), user('never mind')])).toMatchObject([
      {},
      {},
      { role: 'tool', tool_call_id: 'a', content: 'Error: The call was interrupted and has no result.' },
      { role: 'user', content: 'never mind' },
    ]);
  });
  test('results in neighbouring turns are results of one turn', () => {
    expect(
      messagesOf([
        calls('a', 'b'),
        { role: 'user', content: [result('a', '1')] },
        { role: 'user', content: [result('b', '2')] },
      ]),
    ).toMatchObject([{}, { tool_call_id: 'a' }, { tool_call_id: 'b' }]);
  });
  test('a result without its call is the caller’s mistake', () => {
    expect(faultOf({ messages: [{ role: 'user', content: [result('x', '1')] }] })).toContain('"x"');
  });
  test('a failed tool is told in words, because there is no field', () => {
    const failed = (...said: string[]) => ({ ...result('a', ...said), isError: true });
    const wire = (...said: string[]) =>
      messagesOf([calls('a'), { role: 'user', content: [failed(...said)] }]);
    expect(wire('no file', 'try again')).toMatchObject([{}, { content: 'Error: no file\n\ntry again' }]);
    expect(wire()).toMatchObject([{}, { content: 'Error:' }]);
  });
  test('a result of nothing is an empty text', () => {
    expect(messagesOf([calls('a'), { role: 'user', content: [result('a')] }])).toMatchObject([
      {},
      { content: '' },
    ]);
  });
  test('images of a result follow as the user’s, with the call’s id, and are never text (14-35)', () => {
    const image = { kind: 'image', source: PNG } as const;
    expect(
      messagesOf([
        calls('a', 'b'),
        {
          role: 'user',
          content: [
            { ...result('a', 'see'), content: [text('see'), image] },
            { ...result('b'), content: [image] },
            text('What is it?'),
          ],
        },
      ]),
    ).toEqual([
      { role: 'assistant', content: '', tool_calls: [wireCall('a'), wireCall('b')] },
      { role: 'tool', tool_call_id: 'a', content: 'see' },
      { role: 'tool', tool_call_id: 'b', content: 'The result follows in the next message of the user.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'The result of the tool call a:' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
          { type: 'text', text: 'The result of the tool call b:' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
          { type: 'text', text: 'What is it?' },
        ],
      },
    ]);
  });
  test('ids of other providers are made fit, for a call and its result alike (14-31)', () => {
    const [, assistant, tool] = messagesOf([
      user('hi'),
      calls('functions.search:0'),
      { role: 'user', content: [result('functions.search:0', '1')] },
    ]) as [unknown, { tool_calls: { id: string }[] }, { tool_call_id: string }];
    expect(assistant.tool_calls[0]?.id).toMatch(/^functions_search_0_[0-9a-f]{8}$/);
    expect(tool.tool_call_id).toBe(assistant.tool_calls[0]?.id);
  });
  test('nine letters and digits for Mistral; its own ids stay', () => {
    const wire = (id: string) =>
      messagesOf([calls(id), { role: 'user', content: [result(id, '1')] }], {
        callIds: 'nine-alphanumerics',
      });
    expect(wire('gSIMJiOkT')).toMatchObject([
      { tool_calls: [{ id: 'gSIMJiOkT' }] },
      { tool_call_id: 'gSIMJiOkT' },
    ]);
    const nine = expect.stringMatching(/^[a-z0-9]{9}$/);
    expect(wire('call_1')).toMatchObject([{ tool_calls: [{ id: nine }] }, { tool_call_id: nine }]);
  });
  test('no tools, no results: said, not dropped', () => {
    expect(
      faultOf({ messages: [calls('a'), { role: 'user', content: [result('a', '1')] }] }, { tools: false }),
    ).toMatch(/^messages: Test cannot take tool calls/);
  });
});

describe('assistant messages', () => {
  const assistant = (
    content: Extract<Message, { role: 'assistant' }>['content'],
    own = {},
    from = OPENAI_CHAT,
  ) => (messagesOf([user('hi'), { role: 'assistant', content }, user('go on')], own, from) as unknown[])[1];

  test('words beside calls are content; none are null, or "" where null is refused', () => {
    expect(assistant([text('ok'), call('a')])).toMatchObject({ content: 'ok', tool_calls: [{ id: 'a' }] });
    expect(assistant([call('a')])).toMatchObject({ content: null });
    expect(assistant([call('a')], { emptyContent: '' })).toMatchObject({ content: '' });
  });
  test('a refusal is the content’s one part, a field beside other words, or words', () => {
    const refusal = { kind: 'refusal', text: 'no' } as const;
    expect(assistant([refusal])).toEqual({
      role: 'assistant',
      content: [{ type: 'refusal', refusal: 'no' }],
    });
    expect(assistant([text('well'), refusal])).toEqual({ role: 'assistant', content: 'well', refusal: 'no' });
    expect(assistant([refusal], { refusalField: false })).toEqual({ role: 'assistant', content: 'no' });
  });
  test('a text that was cut at its citations is joined; others are paragraphs', () => {
    expect(assistant([{ ...text('a '), citations: [] }, text('b')])).toMatchObject({ content: 'a b' });
    expect(assistant([text('a'), text('b')])).toMatchObject({ content: 'a\n\nb' });
  });
  test('an image that a model made is carried into the user’s next message', () => {
    const image = { kind: 'image', source: PNG } as const;
    expect(messagesOf([user('draw'), { role: 'assistant', content: [image] }, user('bluer')])).toMatchObject([
      { role: 'user', content: 'draw' },
      { role: 'user', content: [{ type: 'text' }, { type: 'image_url' }, { type: 'text', text: 'bluer' }] },
    ]);
    expect(messagesOf([user('draw'), { role: 'assistant', content: [image] }])).toMatchObject([
      {},
      { role: 'user' },
    ]);
  });
  test('speech comes back by its id where there is one, else as its words', () => {
    const source = { kind: 'file-id', id: 'audio_1', dialect: 'openai-chat' } as const;
    expect(assistant([{ kind: 'audio', source }])).toMatchObject({ audio: { id: 'audio_1' } });
    const spoken = {
      kind: 'audio',
      source: { ...PNG, mediaType: 'audio/wav' },
      transcript: 'hello',
    } as const;
    expect(assistant([spoken])).toEqual({ role: 'assistant', content: 'hello' });
  });
  test('what only another provider knows is shown to nobody else', () => {
    const opaque = {
      kind: 'opaque',
      dialect: 'anthropic-messages',
      value: { type: 'server_tool_use' },
    } as const;
    expect(assistant([opaque, text('x')])).toEqual({ role: 'assistant', content: 'x' });
    expect(messagesOf([user('hi'), { role: 'assistant', content: [opaque] }])).toHaveLength(1);
  });
  test('a call of free text', () => {
    const custom = { ...call('a', 'patch', 'a\nb'), custom: true };
    expect(assistant([custom])).toMatchObject({
      tool_calls: [{ id: 'a', type: 'custom', custom: { name: 'patch', input: 'a\nb' } }],
    });
    expect(assistant([custom], { customTools: 'emulated' })).toMatchObject({
      tool_calls: [
        { id: 'a', type: 'function', function: { name: 'patch', arguments: '{"input":"a\\nb"}' } },
      ],
    });
  });
});

describe('thoughts that come back (spec 2.9)', () => {
  const unsigned = { kind: 'reasoning', text: 'hm' } as const;
  const signed = {
    kind: 'reasoning',
    text: 'claude',
    proof: { family: 'anthropic', kind: 'signature', value: 'sig' },
  } as const;
  const wire = (own: object, ...content: Extract<Message, { role: 'assistant' }>['content']) =>
    (messagesOf([user('hi'), { role: 'assistant', content }], own) as unknown[])[1];

  test('to nobody who does not want them', () => {
    expect(wire({}, unsigned, text('x'))).toEqual({ role: 'assistant', content: 'x' });
  });
  test.each(['reasoning', 'reasoning_content'])('as %s, without what another family signed', (name) => {
    expect(wire({ replay: { kind: 'field', name } }, unsigned, signed, text('x'))).toEqual({
      role: 'assistant',
      content: 'x',
      [name]: 'hm',
    });
  });
  test('a field that turns with calls must have is there, even empty', () => {
    const replay = { kind: 'field', name: 'reasoning_content', required: true };
    expect(wire({ replay }, call('a'))).toMatchObject({ reasoning_content: '' });
    expect(wire({ replay }, text('x'))).toEqual({ role: 'assistant', content: 'x' });
  });
  test('as OpenRouter’s own details, unchanged, and plain entries for what nobody signed', () => {
    const details = [
      { type: 'reasoning.encrypted', data: 'x', id: 'r', format: 'openai-responses-v1', index: 0 },
    ];
    const own = { family: 'openrouter', kind: 'encrypted', value: JSON.stringify(details) } as const;
    expect(
      wire(
        { replay: { kind: 'details' } },
        { kind: 'reasoning', text: '', proof: own },
        unsigned,
        signed,
        text('x'),
      ),
    ).toEqual({
      role: 'assistant',
      content: 'x',
      reasoning_details: [...details, { type: 'reasoning.text', text: 'hm' }],
    });
  });
  test('as thinking parts', () => {
    expect(wire({ replay: { kind: 'parts' } }, unsigned, text('x'))).toEqual({
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
        { type: 'text', text: 'x' },
      ],
    });
  });
  test('Google’s signature goes back to Google alone', () => {
    const proven = { ...call('a'), proof: { family: 'google', kind: 'signature', value: 'sig' } } as const;
    expect(wire({ googleProofs: true }, proven)).toMatchObject({
      tool_calls: [{ extra_content: { google: { thought_signature: 'sig' } } }],
    });
    expect(JSON.stringify(wire({}, proven))).not.toContain('sig');
  });
});

describe('what a user may show', () => {
  const part = (block: Extract<Message, { role: 'user' }>['content'][number], own = {}) =>
    (messagesOf([{ role: 'user', content: [block] }], own) as { content: unknown[] }[])[0]?.content[0];
  const fault = (block: Extract<Message, { role: 'user' }>['content'][number], own = {}) =>
    faultOf({ messages: [{ role: 'user', content: [block] }] }, own);
  const pdf = { kind: 'data', mediaType: 'application/pdf', data: 'JVBERi0=' } as const;
  const url = { kind: 'url', url: 'https://a.example/x.pdf' } as const;

  test('an image by its bytes, labelled as what they are, or by its URL', () => {
    expect(part({ kind: 'image', source: { ...PNG, mediaType: 'image/jpeg' }, detail: 'low' })).toEqual({
      type: 'image_url',
      image_url: { url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'low' },
    });
    expect(part({ kind: 'image', source: url })).toMatchObject({ image_url: { url: url.url } });
  });
  test('an image of five megabytes is the same image', () => {
    const data = `iVBORw0KGgo${'A'.repeat(5 * 1024 * 1024)}`;
    expect(part({ kind: 'image', source: { ...PNG, data } })).toEqual({
      type: 'image_url',
      image_url: { url: `data:image/png;base64,${data}` },
    });
  });
  test('no image where none is seen, and none by an id', () => {
    expect(fault({ kind: 'image', source: PNG }, { images: false })).toMatch(
      /^messages: Test cannot take images/,
    );
    expect(
      fault({ kind: 'image', source: { kind: 'file-id', id: 'f', dialect: 'openai-responses' } }),
    ).toContain('by the id of a file');
  });
  test.each([
    ['audio/mpeg', 'mp3'],
    ['audio/wav', 'wav'],
  ])('%s', (mediaType, format) => {
    const source = { kind: 'data', mediaType, data: 'AA==' } as const;
    expect(part({ kind: 'audio', source }, { audio: true })).toEqual({
      type: 'input_audio',
      input_audio: { data: 'AA==', format },
    });
    expect(fault({ kind: 'audio', source })).toContain('audio');
  });
  test('audio of another kind, or elsewhere, is refused', () => {
    expect(
      fault({ kind: 'audio', source: { kind: 'data', mediaType: 'audio/opus', data: '' } }, { audio: true }),
    ).toContain('"audio/opus"');
    expect(fault({ kind: 'audio', source: url }, { audio: true })).toContain('in the request itself');
  });
  test.each([
    [
      'file',
      pdf,
      { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' } },
    ],
    ['file-or-url', url, { type: 'file', file: { filename: 'a.pdf', file_data: url.url } }],
    ['document-url', url, { type: 'document_url', document_url: url.url, document_name: 'a.pdf' }],
    ['file-url', url, { type: 'file_url', file_url: { url: url.url } }],
    ['file-url', pdf, { type: 'file_url', file_url: { url: 'JVBERi0=' } }],
  ] as const)('a document as %s', (files, source, expected) => {
    expect(part({ kind: 'file', source, name: 'a.pdf' }, { files })).toEqual(expected);
  });
  test('a document that the provider cannot read is refused; plain text is read by everybody', () => {
    expect(fault({ kind: 'file', source: pdf })).toContain('documents');
    expect(fault({ kind: 'file', source: url }, { files: 'file' })).toContain('documents by URL');
    const plain = {
      kind: 'data',
      mediaType: 'text/plain',
      data: Buffer.from('hello').toString('base64'),
    } as const;
    expect(part({ kind: 'file', source: plain, name: 'a.txt' })).toEqual({
      type: 'text',
      text: 'a.txt:\n\nhello',
    });
  });
  test('cache hints stay where they are understood', () => {
    const cached = { ...text('long'), cache: { lifetime: '1h' } } as const;
    expect(part(cached, { cacheControl: true })).toEqual({
      type: 'text',
      text: 'long',
      cache_control: { type: 'ephemeral', ttl: '1h' },
    });
    expect(messagesOf([{ role: 'user', content: [cached] }])).toEqual([{ role: 'user', content: 'long' }]);
  });
});

describe('orders that some providers want', () => {
  test('strict turns', () => {
    expect(
      messagesOf(
        [
          user('a'),
          { role: 'system', content: [text('b')] },
          user('c'),
          { role: 'assistant', content: [] },
          user('d'),
        ],
        { alternates: true },
      ),
    ).toEqual([{ role: 'user', content: 'a\n\nb\n\nc\n\nd' }]);
  });
  test('a turn that only another provider can read is no turn: what stood around it is one', () => {
    const unreadable = { kind: 'opaque', dialect: 'anthropic-messages', value: {} } as const;
    expect(
      messagesOf(
        [
          { role: 'assistant', content: [text('x')] },
          { role: 'user', content: [unreadable] },
          calls('a'),
          { role: 'user', content: [result('a', '1')] },
        ],
        { alternates: true },
      ),
    ).toEqual([
      { role: 'assistant', content: 'x', tool_calls: [wireCall('a')] },
      { role: 'tool', tool_call_id: 'a', content: '1' },
    ]);
  });
  test('an assistant between a result and the user (Mistral)', () => {
    expect(
      messagesOf([calls('a'), { role: 'user', content: [result('a', '1'), text('and?')] }], {
        bridgesToolToUser: true,
        namesToolMessages: true,
      }),
    ).toEqual([
      { role: 'assistant', content: '', tool_calls: [wireCall('a')] },
      { role: 'tool', tool_call_id: 'a', name: 'f', content: '1' },
      { role: 'assistant', content: 'OK' },
      { role: 'user', content: 'and?' },
    ]);
  });
  test('the beginning of an answer is kept, and marked where there is a mark', () => {
    const begun: Message[] = [user('hi'), { role: 'assistant', content: [text('{')] }];
    expect(messagesOf(begun, { prefixField: true })).toMatchObject([{}, { content: '{', prefix: true }]);
    expect(messagesOf(begun)).toEqual([
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: '{' },
    ]);
  });
});
