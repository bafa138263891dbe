import { describe, expect, test } from '@jest/globals';
import type { AssistantBlock } from '../../../form/blocks.ts';
import { isFault } from '../../../form/fault.ts';
import { isJson, type Json, listAt } from '../../../form/json.ts';
import { answer, answerContext } from './__fixtures__/answers.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeResponse } from './encode-response.ts';

function choiceOf(body: Json): Json {
  const [choice] = listAt(body, 'choices');
  if (!isJson(choice)) throw new Error('no choice');
  return choice;
}
const messageOf = (blocks: readonly AssistantBlock[], request: Json = {}) =>
  choiceOf(encodeResponse(answer(blocks), answerContext(request))).message;

const text: AssistantBlock = { kind: 'text', text: 'Hello' };
const call: AssistantBlock = { kind: 'tool-call', id: 'call_1', name: 'weather', arguments: '{"a":1}' };

describe('a whole chat answer', () => {
  test('of text has every member that the format requires', () => {
    expect(encodeResponse(answer([text]), answerContext())).toEqual({
      id: 'id_1',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'model-1',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hello', refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: {
        prompt_tokens: 3,
        completion_tokens: 4,
        total_tokens: 7,
        prompt_tokens_details: { cached_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 0 },
      },
    });
  });

  test('names itself where the provider does not', () => {
    const nameless = answer([text], { id: null, model: null, created: null, usage: null });
    const body = encodeResponse(nameless, answerContext());
    expect(body).toMatchObject({ id: 'chatcmpl-new', model: 'asked/model', created: 1_800_000_000 });
    expect(body).not.toHaveProperty('usage');
  });

  test('of calls has no content, and no calls where none were made', () => {
    const called = messageOf([call, { ...call, id: 'call_2', arguments: 'select', custom: true }]);
    expect(called).toEqual({
      role: 'assistant',
      content: null,
      refusal: null,
      tool_calls: [
        { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"a":1}' } },
        { id: 'call_2', type: 'custom', custom: { name: 'weather', input: 'select' } },
      ],
    });
    expect(messageOf([text])).not.toHaveProperty('tool_calls');
  });

  test('of a budget that went into thoughts has empty content, not none', () => {
    expect(messageOf([{ kind: 'reasoning', text: 'Hm' }])).toMatchObject({
      content: '',
      reasoning_content: 'Hm',
    });
  });

  test('to a client of functions has function_call', () => {
    const request = { functions: [{ name: 'weather' }] };
    expect(messageOf([call], request)).toMatchObject({
      content: null,
      function_call: { name: 'weather', arguments: '{"a":1}' },
    });
    const body = encodeResponse(
      answer([call], { finish: { reason: 'tool-calls', raw: 'tool_calls' } }),
      answerContext(request),
    );
    expect(choiceOf(body).finish_reason).toBe('function_call');
  });

  test('joins its texts, and citations count in the whole', () => {
    const residue = { dialect: 'anthropic-messages', value: {} } as const;
    const cited = { start: null, end: null, url: 'https://a.example', title: 'A', quote: null, residue };
    const blocks: AssistantBlock[] = [
      text,
      {
        kind: 'text',
        text: ', world',
        citations: [cited, { ...cited, start: 2, end: 4, title: null }, { ...cited, url: null }],
      },
    ];
    const citation = (start: number, end: number, title: string) => ({
      type: 'url_citation',
      url_citation: { start_index: start, end_index: end, url: 'https://a.example', title },
    });
    expect(messageOf(blocks)).toMatchObject({
      content: 'Hello, world',
      annotations: [citation(5, 12, 'A'), citation(7, 9, '')],
    });
  });

  test('keeps texts apart between which the provider did something', () => {
    const search: AssistantBlock = { kind: 'opaque', dialect: 'anthropic-messages', value: {} };
    const said = (...texts: string[]): AssistantBlock[] =>
      texts.flatMap((it) => [search, { kind: 'text' as const, text: it }]);
    expect(messageOf(said('Let me look.', 'It rains.'))).toMatchObject({
      content: 'Let me look.\n\nIt rains.',
    });
    expect(messageOf(said('Let me look.\n', 'It', ' rains.'))).toMatchObject({
      content: 'Let me look.\nIt rains.',
    });
  });

  test('carries pictures, sound, refusals and log-probs', () => {
    const source = { kind: 'data', mediaType: 'image/png', data: 'AAAA' } as const;
    expect(messageOf([{ kind: 'image', source }])).toMatchObject({
      content: null,
      images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }],
    });
    expect(messageOf([{ kind: 'audio', source, transcript: 'La' }])).toMatchObject({
      content: null,
      audio: { id: 'audio_new', data: 'AAAA', transcript: 'La', expires_at: 1_800_000_000 },
    });
    expect(messageOf([{ kind: 'refusal', text: 'No.' }])).toMatchObject({ content: null, refusal: 'No.' });
    const token = { token: 'Hello', logprob: -0.1, bytes: null, top: [] };
    const body = encodeResponse(
      answer([{ kind: 'text', text: 'Hello', logprobs: [token] }]),
      answerContext(),
    );
    expect(choiceOf(body).logprobs).toEqual({
      content: [{ token: 'Hello', logprob: -0.1, bytes: null, top_logprobs: [] }],
      refusal: null,
    });
  });

  test('that the provider took away says why where clients look for it', () => {
    const finish = { reason: 'refusal', raw: 'refusal', explanation: 'Policy.' } as const;
    expect(choiceOf(encodeResponse(answer([], { finish }), answerContext()))).toMatchObject({
      message: { content: null, refusal: 'Policy.' },
      finish_reason: 'content_filter',
    });
  });

  test("keeps the provider's own word where chat's is broader", () => {
    const body = encodeResponse(
      answer([text], { finish: { reason: 'paused', raw: 'pause_turn' } }),
      answerContext(),
    );
    expect(choiceOf(body)).toMatchObject({ finish_reason: 'stop', native_finish_reason: 'pause_turn' });
  });

  test('writes what chat said before, beside what the form knows', () => {
    const value = {
      system_fingerprint: 'fp',
      choices: [{ content_filter_results: {}, message: { refusal: null, annotations: [], mood: 'good' } }],
    };
    const body = encodeResponse(
      answer([text], { residue: { dialect: 'openai-chat', value } }),
      answerContext(),
    );
    expect(body).toMatchObject({ system_fingerprint: 'fp' });
    expect(choiceOf(body)).toMatchObject({
      content_filter_results: {},
      message: { refusal: null, annotations: [], mood: 'good', content: 'Hello' },
    });
    const foreign = answer([text], { residue: { dialect: 'gemini', value } });
    expect(encodeResponse(foreign, answerContext())).not.toHaveProperty('system_fingerprint');
  });

  test('brings every proof back when the client sends its message again', () => {
    const blocks: AssistantBlock[] = [
      { kind: 'reasoning', text: 'Hm.', proof: { family: 'anthropic', kind: 'signature', value: 's' } },
      { kind: 'reasoning', text: '', proof: { family: 'anthropic', kind: 'redacted', value: 'r' } },
      {
        kind: 'reasoning',
        text: 'So.',
        proof: { family: 'openai', kind: 'encrypted', value: 'e', id: 'rs_1' },
      },
      { kind: 'reasoning', text: '', proof: { family: 'google', kind: 'signature', value: 'g' } },
      text,
      { ...call, proof: { family: 'google', kind: 'signature', value: 'c' } } as AssistantBlock,
    ];
    const again = decodeRequest({ messages: [messageOf(blocks)] });
    expect(isFault(again) ? again : again.messages).toEqual([{ role: 'assistant', content: blocks }]);
  });
});
