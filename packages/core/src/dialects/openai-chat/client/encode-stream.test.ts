import { describe, expect, test } from '@jest/globals';
import type { AssistantBlock } from '../../../form/blocks.ts';
import type { ModelEvent } from '../../../form/events.ts';
import type { ModelError } from '../../../form/model-error.ts';
import { unfoldResponse } from '../../../form/unfold-response.ts';
import { NO_USAGE } from '../../../form/usage.ts';
import { answer, answerContext, chunksOf, deltasOf, finishesOf, written } from './__fixtures__/answers.ts';

const streamed = (blocks: readonly AssistantBlock[], request = {}) =>
  written(unfoldResponse(answer(blocks)), answerContext(request));

const start: ModelEvent = { kind: 'start', id: 'id_1', model: 'm', created: 5 };
const stop: ModelEvent = { kind: 'end', finish: { reason: 'stop', raw: 'stop' } };
const failure: ModelError = {
  kind: 'error',
  class: 'overloaded',
  message: 'Busy.',
  status: 529,
  code: 'overloaded_error',
  parameter: null,
  raw: null,
};
const open = (index: number, id: string): ModelEvent => ({
  kind: 'block-start',
  index,
  block: { kind: 'tool-call', id, name: `f${index}` },
});
const args = (index: number, text: string): ModelEvent => ({
  kind: 'delta',
  index,
  delta: { kind: 'arguments', text },
});
const close = (index: number): ModelEvent => ({ kind: 'block-end', index });

describe('a streamed chat answer', () => {
  test('of text is a role, the text, a finish and the end mark, all with one head', () => {
    const text = streamed([{ kind: 'text', text: 'Hello' }]);
    const head = { id: 'id_1', object: 'chat.completion.chunk', created: 1_700_000_000, model: 'model-1' };
    const chunk = (delta: object, finish_reason: string | null = null) => ({
      ...head,
      choices: [{ index: 0, delta, logprobs: null, finish_reason }],
    });
    expect(chunksOf(text)).toEqual([
      chunk({ role: 'assistant', content: '', refusal: null }),
      chunk({ content: 'Hello' }),
      chunk({}, 'stop'),
    ]);
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  test('tells usage only when asked, in a last chunk without choices', () => {
    expect(streamed([{ kind: 'text', text: 'A' }])).not.toContain('usage');
    const chunks = chunksOf(
      streamed([{ kind: 'text', text: 'A' }], { stream_options: { include_usage: true } }),
    );
    expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 4 } });
  });

  test('gives parallel calls the numbers 0, 1, 2 in the order of their beginning, one after another', () => {
    const text: ModelEvent[] = [
      { kind: 'block-start', index: 0, block: { kind: 'text' } },
      { kind: 'delta', index: 0, delta: { kind: 'text', text: 'T' } },
      close(0),
    ];
    const events = [
      start,
      ...text,
      open(1, 'a'),
      open(2, 'b'),
      args(2, '{"x":'),
      args(1, '{}'),
      args(2, '1}'),
    ];
    const deltas = deltasOf(written([...events, close(1), close(2), stop], answerContext()));
    const piece = (index: number, text: string) => ({
      tool_calls: [{ index, function: { arguments: text } }],
    });
    expect(deltas.slice(2, -1)).toEqual([
      { tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f1', arguments: '' } }] },
      piece(0, '{}'),
      { tool_calls: [{ index: 1, id: 'b', type: 'function', function: { name: 'f2', arguments: '' } }] },
      piece(1, '{"x":'),
      piece(1, '1}'),
    ]);
  });

  test('the pieces of the first open call pass at once; those of a call that waited follow its end at once', () => {
    const texts = written([start, open(0, 'a'), open(1, 'b'), args(1, '{'), args(0, '{')], answerContext());
    expect(deltasOf(texts).at(-1)).toEqual({ tool_calls: [{ index: 0, function: { arguments: '{' } }] });
    const more = [open(0, 'a'), open(1, 'b'), open(2, 'c'), args(1, '{}'), close(1), args(2, '{'), close(0)];
    expect(deltasOf(written([start, ...more], answerContext())).slice(-4)).toMatchObject([
      { tool_calls: [{ index: 1, id: 'b' }] },
      { tool_calls: [{ index: 1, function: { arguments: '{}' } }] },
      { tool_calls: [{ index: 2, id: 'c' }] },
      { tool_calls: [{ index: 2, function: { arguments: '{' } }] },
    ]);
  });

  test('of calls alone has no content; a call that got no arguments has the empty object', () => {
    const deltas = deltasOf(written([start, open(0, 'a'), close(0), stop], answerContext()));
    expect(deltas[0]).toEqual({ role: 'assistant', content: null, refusal: null });
    expect(deltas[2]).toEqual({ tool_calls: [{ index: 0, function: { arguments: '{}' } }] });
  });

  test('begins one role, whatever comes first, and also when nothing comes', () => {
    const blocks: AssistantBlock[] = [
      { kind: 'reasoning', text: 'Hm' },
      { kind: 'text', text: 'A' },
      { kind: 'text', text: 'B' },
    ];
    for (const given of [blocks, []]) {
      const roles = deltasOf(streamed(given)).filter((delta) => 'role' in delta);
      expect(roles).toHaveLength(1);
    }
  });

  test('writes thoughts as they come, and all proofs in one chunk before the finish', () => {
    const blocks: AssistantBlock[] = [
      { kind: 'reasoning', text: 'Hm.', proof: { family: 'anthropic', kind: 'signature', value: 's' } },
      { kind: 'reasoning', text: '', proof: { family: 'anthropic', kind: 'redacted', value: 'r' } },
      { kind: 'text', text: 'A' },
    ];
    const deltas = deltasOf(streamed(blocks));
    expect(deltas[1]).toEqual({ reasoning_content: 'Hm.' });
    expect(deltas.at(-2)).toEqual({
      reasoning_details: [
        {
          type: 'reasoning.text',
          text: 'Hm.',
          signature: 's',
          format: 'anthropic-claude-v1',
          id: 'weir:signature:',
        },
        {
          type: 'reasoning.encrypted',
          data: 'r',
          format: 'anthropic-claude-v1',
          id: 'weir:redacted:',
        },
      ],
    });
  });

  test("carries the proof of Gemini's call, known at its beginning or later", () => {
    const proof = { family: 'google', kind: 'signature', value: 'g' } as const;
    const extra = { extra_content: { google: { thought_signature: 'g' } } };
    const early: ModelEvent = {
      kind: 'block-start',
      index: 0,
      block: { kind: 'tool-call', id: 'a', name: 'f', proof },
    };
    const late: ModelEvent = { kind: 'delta', index: 0, delta: { kind: 'proof', proof } };
    expect(deltasOf(written([start, early], answerContext()))[1]).toMatchObject({
      tool_calls: [{ index: 0, id: 'a', ...extra }],
    });
    expect(deltasOf(written([start, open(0, 'a'), late], answerContext()))[2]).toEqual({
      tool_calls: [{ index: 0, function: { arguments: '' }, ...extra }],
    });
  });

  test('writes citations at the end of their text, counted in the whole', () => {
    const citation = {
      start: null,
      end: null,
      url: 'https://a.example',
      title: 'A',
      quote: null,
      residue: { dialect: 'gemini', value: {} },
    } as const;
    const deltas = deltasOf(
      streamed([
        { kind: 'text', text: 'One. ' },
        { kind: 'text', text: 'Two.', citations: [citation] },
      ]),
    );
    expect(deltas.at(-2)).toEqual({
      annotations: [
        {
          type: 'url_citation',
          url_citation: { start_index: 5, end_index: 9, url: 'https://a.example', title: 'A' },
        },
      ],
    });
  });

  test('carries pictures, sound, refusals and log-probs', () => {
    const source = { kind: 'data', mediaType: 'image/png', data: 'AAAA' } as const;
    const token = { token: 'A', logprob: -1, bytes: [65], top: [] };
    const text = streamed([
      { kind: 'image', source },
      { kind: 'audio', source, transcript: 'La' },
      { kind: 'refusal', text: 'No.' },
      { kind: 'text', text: 'A', logprobs: [token] },
      { kind: 'opaque', dialect: 'openai-responses', value: {} },
    ]);
    const deltas = deltasOf(text);
    expect(deltas).toContainEqual({
      images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }],
    });
    expect(deltas).toContainEqual({ audio: expect.objectContaining({ data: 'AAAA', transcript: 'La' }) });
    expect(deltas).toContainEqual({ refusal: 'No.' });
    expect(text).toContain(
      '"logprobs":{"content":[{"token":"A","logprob":-1,"bytes":[65],"top_logprobs":[]}]',
    );
    expect(deltas).toHaveLength(6);
  });

  test('to a client of functions has one function_call', () => {
    const events = [start, open(0, 'a'), args(0, '{"x"'), args(0, ':1}'), open(1, 'b'), args(1, '{}')];
    const end: ModelEvent = { kind: 'end', finish: { reason: 'tool-calls', raw: 'tool_calls' } };
    const text = written(
      [...events, close(0), close(1), end],
      answerContext({ functions: [{ name: 'f0' }] }),
    );
    expect(deltasOf(text).slice(1, -1)).toEqual([
      { function_call: { name: 'f0', arguments: '' } },
      { function_call: { arguments: '{"x"' } },
      { function_call: { arguments: ':1}' } },
    ]);
    expect(finishesOf(text)).toEqual(['function_call']);
  });

  test('that the provider took away says why where clients look for it', () => {
    const finish = { reason: 'blocked-prompt', raw: 'SAFETY', explanation: 'Policy.' } as const;
    const text = written([start, { kind: 'end', finish }], answerContext());
    expect(deltasOf(text)).toContainEqual({ refusal: 'Policy.' });
    expect(finishesOf(text)).toEqual(['content_filter']);
  });

  test('that fails ends with the error and no end mark', () => {
    const text = written([start, open(0, 'a'), { kind: 'failed', error: failure }], answerContext());
    expect(chunksOf(text).at(-1)).toEqual({
      error: { message: 'Busy.', type: 'server_error', param: null, code: 'overloaded' },
    });
    expect(text).not.toContain('[DONE]');
    expect(text).not.toContain('"finish_reason":"');
  });

  test('repeats in every chunk what chat said beside its choices, and in the last what stood inside', () => {
    const residue = { dialect: 'openai-chat', value: { system_fingerprint: 'fp' } } as const;
    const inside = { dialect: 'openai-chat', value: { choices: [{ stop_reason: 5 }] } } as const;
    const events: ModelEvent[] = [
      { ...start, residue },
      { kind: 'usage', usage: NO_USAGE },
      { ...stop, residue: inside },
    ];
    const chunks = chunksOf(written(events, answerContext({ stream_options: { include_usage: true } })));
    expect(chunks.every((chunk) => chunk.system_fingerprint === 'fp')).toBe(true);
    expect(chunks[1]).toMatchObject({ choices: [{ stop_reason: 5, finish_reason: 'stop' }] });
  });
});
