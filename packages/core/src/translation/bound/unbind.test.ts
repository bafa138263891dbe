import { describe, expect, it } from '@jest/globals';
import { type BoundFormat, mayHoldForeign } from '../../form/bound-markers.ts';
import { isFault } from '../../form/fault.ts';
import { unbind } from './unbind.ts';

const HEX = '0953eda47ee17400691c3b6c5b4a9081a3b1c2d3e4f5a6b7c8';
const THEIRS = 'gAAAAABpPDxyz';

/** What a target of the format's own speech gets: what was left out and the body, or why it is refused and where. */
function asked(format: BoundFormat, to: string, body: unknown) {
  const [slug = '', ...rest] = to.split('/');
  const model = rest.join('/');
  const bytes = Buffer.from(JSON.stringify(body));
  const result = unbind({ format, provider: { slug, name: slug }, model, body: bytes, isSecond: false });
  // What has to be found must be seen in the bytes first.
  if (result !== null) expect(mayHoldForeign(format, { slug, model, passes: true }, bytes)).toBe(true);
  if (result === null) return 'as it is';
  if (isFault(result)) return { path: result.path.join('.'), message: result.message };
  return { leftOut: result.leftOut, body: JSON.parse(Buffer.from(result.body).toString()) };
}
const user = { role: 'user', content: 'hi' };

describe('OpenAI chat', () => {
  const call = (extra: object) => ({
    role: 'assistant',
    content: null,
    tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' }, ...extra }],
  });
  const signed = call({ extra_content: { google: { thought_signature: 'sig' } } });
  const openrouters = {
    type: 'reasoning.text',
    text: 'hm',
    signature: 'EvMC',
    format: 'anthropic-claude-v1',
  };
  const ours = { ...openrouters, id: 'weir:signature:' };
  const thinking = (...reasoning_details: object[]) => ({
    role: 'assistant',
    content: 'a',
    reasoning_details,
  });

  it.each(['openai/gpt-5', 'groq/llama', 'openrouter/google/gemini-3-pro'])(
    'calls that Google signed lose their signature on the way to %s',
    (to) => {
      expect(asked('openai-chat', to, { messages: [user, signed, signed] })).toEqual({
        leftOut: ['2 reasoning blocks signed by google'],
        body: { messages: [user, call({}), call({})] },
      });
    },
  );

  it('what a client keeps beside a signature stays', () => {
    const extra_content = { google: { thought_signature: 'sig' }, mine: 1 };
    expect(asked('openai-chat', 'openai/gpt-5', { messages: [call({ extra_content })] })).toMatchObject({
      body: { messages: [call({ extra_content: { mine: 1 } })] },
    });
  });

  it('OpenRouter’s reasoning goes back to OpenRouter and to nobody else; what we packed goes to neither as it is', () => {
    expect(asked('openai-chat', 'openrouter/a/b', { messages: [thinking(openrouters)] })).toBe('as it is');
    expect(asked('openai-chat', 'openrouter/a/b', { messages: [thinking(openrouters, ours)] })).toEqual({
      leftOut: ['1 reasoning block signed by anthropic'],
      body: { messages: [thinking(openrouters)] },
    });
    expect(asked('openai-chat', 'mistral/m', { messages: [thinking(openrouters, ours)] })).toEqual({
      leftOut: ['1 reasoning block signed by openrouter', '1 reasoning block signed by anthropic'],
      body: { messages: [{ role: 'assistant', content: 'a' }] },
    });
  });

  const file = (it: object) => ({ messages: [{ role: 'user', content: [{ type: 'file', file: it }] }] });
  it.each([
    [
      'groq/llama',
      file({ file_id: 'file-abc' }),
      'messages.0.content.0.file.file_id',
      'stored file of OpenAI',
    ],
    [
      'openai/gpt-5',
      file({ file_data: 'gs://b/o' }),
      'messages.0.content.0.file.file_data',
      'bucket address',
    ],
    [
      'openai/gpt-5',
      { messages: [], extra_body: { google: { cached_content: 'cachedContents/1' } } },
      'extra_body.google.cached_content',
      'cached content of Google',
    ],
    [
      'groq/llama',
      { messages: [{ role: 'assistant', audio: { id: 'audio_68a1b2c3d4e5f6a7b8' } }] },
      'messages.0.audio.id',
      'spoken answer of OpenAI',
    ],
  ])('%s is not asked about what only another has', (to, body, path, words) => {
    expect(asked('openai-chat', to, body)).toEqual({ path, message: expect.stringContaining(words) });
  });

  it.each(['openai/gpt-5', 'azure-openai/r/d', 'grok/grok-4', 'custom-mine/m'])(
    'a file id may be one of %s, which has ids of this shape',
    (to) => expect(asked('openai-chat', to, file({ file_id: 'file-abc' }))).toBe('as it is'),
  );
});

describe('OpenAI Responses', () => {
  const reasoning = (encrypted_content: string) => ({
    type: 'reasoning',
    id: encrypted_content === THEIRS ? `rs_${HEX}` : 'rs_7c5f',
    summary: [],
    encrypted_content,
  });
  const message = (id: string) => ({ type: 'message', id, role: 'assistant', content: [] });
  const search = { type: 'web_search_call', id: `ws_${HEX}`, status: 'completed' };

  it.each(['grok/grok-4', 'together/m', 'openrouter/x-ai/grok-4', 'deepseek/v4'])(
    'what OpenAI encrypted, its built-in tools and the ids of its items stay out for %s; words and calls stay',
    (to) => {
      const input = [user, reasoning(THEIRS), search, message(`msg_${HEX}`), reasoning(THEIRS)];
      const { id: _, ...bare } = message('');
      expect(asked('openai-responses', to, { model: 'm', input })).toEqual({
        leftOut: [
          '2 reasoning blocks signed by openai',
          '1 block of a built-in tool of openai',
          '1 item id of openai',
        ],
        body: { model: 'm', input: [user, bare] },
      });
    },
  );

  it.each(['openai/gpt-5', 'azure-openai/r/d', 'openrouter/openai/gpt-5'])(
    'what OpenAI encrypted goes to %s, whose own has the same shape',
    (to) => {
      const input = [reasoning(THEIRS), message(`msg_${HEX}`)];
      expect(asked('openai-responses', to, { input })).toBe('as it is');
    },
  );

  it.each(['openai/gpt-5', 'azure-openai/r/d'])(
    'what others encrypted stays out for %s, and with it the ids that would miss it',
    (to) => {
      const input = [reasoning('xai+blob'), message('msg_7c5f-1'), message(`msg_${HEX}`)];
      const { id: _, ...bare } = message('');
      expect(asked('openai-responses', to, { input })).toEqual({
        leftOut: ['1 reasoning block signed by an unknown provider', '1 item id of an unknown provider'],
        body: { input: [bare, message(`msg_${HEX}`)] },
      });
    },
  );

  it('what cannot be told from the provider’s own goes to it', () => {
    const input = [reasoning('xai+blob'), message('msg_7c5f-1')];
    expect(asked('openai-responses', 'grok/grok-4', { input })).toBe('as it is');
  });

  it('a built-in tool’s output goes with its call', () => {
    const call = { type: 'computer_call', id: `cu_${HEX}`, call_id: 'c1', action: {} };
    const output = { type: 'computer_call_output', call_id: 'c1', output: {} };
    expect(asked('openai-responses', 'grok/g', { input: [user, call, output] })).toMatchObject({
      body: { input: [user] },
    });
  });

  it.each([
    [{ previous_response_id: `resp_${HEX}` }, 'previous_response_id', 'stored answer of OpenAI'],
    [{ conversation: { id: `conv_${HEX}` } }, 'conversation', 'stored answer'],
    [{ prompt: { id: 'pmpt_1' } }, 'prompt', 'stored prompt'],
    [{ input: [{ type: 'item_reference', id: `msg_${HEX}` }] }, 'input.0', 'stored answer'],
    [{ input: [{ type: 'compaction', encrypted_content: THEIRS }] }, 'input.0', 'compacted conversation'],
    [
      { tools: [{ type: 'file_search', vector_store_ids: [`vs_${HEX}`] }] },
      'tools.0.vector_store_ids',
      'vector store of OpenAI',
    ],
    [
      { tools: [{ type: 'code_interpreter', container: 'cntr_1' }] },
      'tools.0.container',
      'container of OpenAI',
    ],
    [
      { tools: [{ type: 'code_interpreter', container: { type: 'auto', file_ids: ['file-1'] } }] },
      'tools.0.container.file_ids.0',
      'stored file',
    ],
    [
      { input: [{ role: 'user', content: [{ type: 'input_file', file_id: 'file-1' }] }] },
      'input.0.content.0.file_id',
      'stored file of OpenAI',
    ],
  ])('is refused where it cannot be said without: %j', (body, path, words) => {
    expect(asked('openai-responses', 'together/m', body)).toEqual({
      path,
      message: expect.stringContaining(words),
    });
    expect(asked('openai-responses', 'openai/gpt-5', body)).toBe('as it is');
  });

  it('an answer that the provider itself may have stored is its own to find', () => {
    const body = { previous_response_id: '7c5f1f9e-8c4f-4a3e-9d5c-000000000000' };
    expect(asked('openai-responses', 'grok/grok-4', body)).toBe('as it is');
  });
});

describe('Anthropic Messages', () => {
  const thinking = (signature: string) => ({ type: 'thinking', thinking: 'hm', signature });
  const said = (...content: object[]) => ({ messages: [user, { role: 'assistant', content }, user] });
  const text = { type: 'text', text: 'a' };
  const searched = { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} };

  it.each(['grok/grok-4', 'openrouter/openai/gpt-5'])(
    'what Anthropic signed, and its built-in tools, stay out for %s',
    (to) => {
      expect(
        asked(
          'anthropic-messages',
          to,
          said(thinking('EvMC'), { type: 'redacted_thinking', data: 'x' }, searched, text),
        ),
      ).toEqual({
        leftOut: ['2 reasoning blocks signed by anthropic', '1 block of a built-in tool of anthropic'],
        body: said(text),
      });
    },
  );

  it.each(['anthropic/claude-opus-4-8', 'openrouter/anthropic/claude-opus-4.8'])(
    'what Anthropic signed holds at %s, which runs Claude',
    (to) => expect(asked('anthropic-messages', to, said(thinking('CAIS'), searched, text))).toBe('as it is'),
  );

  it.each([thinking(''), thinking('weir:openai:encrypted:rs_1::gAAA')])(
    'what Anthropic did not sign never reaches it: %j',
    (block) => {
      const leftOut = [expect.stringMatching(/^1 reasoning block signed by (nobody|openai)$/)];
      expect(asked('anthropic-messages', 'anthropic/claude', said(block, text))).toMatchObject({ leftOut });
    },
  );

  it('a message of which nothing is left goes as a whole', () => {
    expect(asked('anthropic-messages', 'grok/g', said(thinking('EvMC')))).toMatchObject({
      body: { messages: [user, user] },
    });
  });

  const stored = { type: 'document', source: { type: 'file', file_id: 'file_011' } };
  it.each([
    [{ messages: [{ role: 'user', content: [stored] }] }, 'messages.0.content.0.source.file_id'],
    [
      { messages: [{ role: 'user', content: [{ type: 'tool_result', content: [stored] }] }] },
      'messages.0.content.0.content.0.source.file_id',
    ],
    [{ container: 'container_1', messages: [] }, 'container'],
    [said({ type: 'compaction', content: 'so far' }), 'messages.1.content.0'],
    [
      { messages: [{ role: 'user', content: [{ type: 'container_upload', file_id: 'file_1' }] }] },
      'messages.0.content.0.file_id',
    ],
  ])('is refused where it cannot be said without: %j', (body, path) => {
    expect(asked('anthropic-messages', 'grok/g', body)).toMatchObject({ path });
    expect(asked('anthropic-messages', 'anthropic/claude', body)).toBe('as it is');
  });
});

describe('everywhere', () => {
  it.each(['openai-chat', 'openai-responses', 'anthropic-messages'] as const)(
    'a %s request of words alone is not looked into',
    (format) => {
      const body = Buffer.from(
        '{"messages":[{"role":"user","content":"a \\"signature\\" and gAAAA"}],"input":"x"}',
      );
      const target = { slug: 'grok', model: 'grok-4', passes: true };
      expect(mayHoldForeign(format, target, body)).toBe(false);
    },
  );

  it('a refusal quotes nothing of what it refuses', () => {
    const body = { previous_response_id: `resp_${HEX}` };
    expect(JSON.stringify(asked('openai-responses', 'grok/g', body))).not.toContain(HEX);
  });

  it.each([
    'null',
    '[]',
    '{',
    '{"messages":7,"input":{},"tools":"x"}',
    '{"messages":[null,7,{"content":[null]}]}',
  ])('what is no request of the format is for the provider to refuse: %s', (text) => {
    for (const format of ['openai-chat', 'openai-responses', 'anthropic-messages'] as const)
      expect(
        unbind({
          format,
          provider: { slug: 'grok', name: 'xAI' },
          model: 'g',
          body: Buffer.from(text),
          isSecond: false,
        }),
      ).toBeNull();
  });
});
