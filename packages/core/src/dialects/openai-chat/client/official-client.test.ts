import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import OpenAI from 'openai';
import type { AssistantBlock } from '../../../form/blocks.ts';
import { isFault } from '../../../form/fault.ts';
import type { Json } from '../../../form/json.ts';
import type { ModelError } from '../../../form/model-error.ts';
import { unfoldResponse } from '../../../form/unfold-response.ts';
import { answer, answerContext, written } from './__fixtures__/answers.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeError } from './encode-error.ts';
import { encodeResponse } from './encode-response.ts';
import { openaiChatClient } from './index.ts';

/** What the server says next, and what it was asked last. */
let next = { status: 200, type: 'text/event-stream', pieces: [''] };
let answers: (() => void)[] = [];
let asking: Json = {};
let server: Server;
let client: OpenAI;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    asking = JSON.parse((await request.toArray()).join('')) as Json;
    answers.shift()?.();
    response.writeHead(next.status, { 'content-type': next.type });
    for (const piece of next.pieces) response.write(piece);
    response.end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', () => listening()));
  const { port } = server.address() as AddressInfo;
  client = new OpenAI({ apiKey: 'k', baseURL: `http://127.0.0.1:${port}/v1`, maxRetries: 0 });
});
afterAll(() => new Promise<void>((closed) => server.close(() => closed())));

const ask: OpenAI.ChatCompletionCreateParamsNonStreaming = {
  model: 'm',
  messages: [{ role: 'user', content: 'Hi' }],
};
const asked = { model: ask.model, messages: ask.messages, stream_options: { include_usage: true } };

function serveStream(blocks: readonly AssistantBlock[], between = '') {
  const response = answer(blocks, { finish: { reason: 'tool-calls', raw: 'tool_use' } });
  const text = written(unfoldResponse(response), answerContext(asked));
  const pieces = text.split(/(?<=\n\n)/).flatMap((event) => [event, between]);
  next = { status: 200, type: 'text/event-stream', pieces };
}

const blocks: AssistantBlock[] = [
  { kind: 'text', text: 'Let me see.' },
  { kind: 'tool-call', id: 'call_a', name: 'weather', arguments: '{"city":"Rome"}' },
  { kind: 'tool-call', id: 'call_b', name: 'time', arguments: '{}' },
];
const message = {
  role: 'assistant',
  content: 'Let me see.',
  tool_calls: [
    { id: 'call_a', type: 'function', function: { name: 'weather', arguments: '{"city":"Rome"}' } },
    { id: 'call_b', type: 'function', function: { name: 'time', arguments: '{}' } },
  ],
};

describe("OpenAI's own client", () => {
  test('reads a whole answer', async () => {
    const body = encodeResponse(answer(blocks), answerContext());
    next = { status: 200, type: 'application/json', pieces: [JSON.stringify(body)] };
    const completion = await client.chat.completions.create(ask);
    expect(completion.choices[0]?.message).toMatchObject(message);
    expect(completion.usage?.total_tokens).toBe(7);
  });

  test('puts a stream together, and keep-alive comments between its events do not disturb it', async () => {
    serveStream(blocks, openaiChatClient.keepAlive);
    const stream = client.chat.completions.stream(asked);
    const completion = await stream.finalChatCompletion();
    expect(completion.choices[0]?.message).toMatchObject(message);
    expect(completion.choices[0]?.finish_reason).toBe('tool_calls');
    expect(completion.usage).toMatchObject({ prompt_tokens: 3, completion_tokens: 4 });
  });

  test('sees thoughts and proofs as fields of the message that it puts together', async () => {
    const proof = { family: 'anthropic', kind: 'signature', value: 's' } as const;
    serveStream([
      { kind: 'reasoning', text: 'Hm.', proof },
      { kind: 'text', text: 'A' },
    ]);
    const completion = await client.chat.completions.stream(asked).finalChatCompletion();
    expect(completion.choices[0]?.message).toMatchObject({
      content: 'A',
      reasoning_details: [{ signature: 's', text: 'Hm.' }],
    });
  });

  test('brings every proof of a streamed answer back with its message', async () => {
    const signed: AssistantBlock[] = [
      { kind: 'reasoning', text: 'Hm.', proof: { family: 'anthropic', kind: 'signature', value: 's' } },
      { kind: 'reasoning', text: '', proof: { family: 'anthropic', kind: 'redacted', value: 'r' } },
      {
        kind: 'tool-call',
        id: 'a',
        name: 'f',
        arguments: '{}',
        proof: { family: 'google', kind: 'signature', value: 'g' },
      },
    ];
    serveStream(signed);
    const completion = await client.chat.completions.stream(asked).finalChatCompletion();
    const again = decodeRequest({ messages: [completion.choices[0]?.message] });
    expect(isFault(again) ? again : again.messages).toEqual([{ role: 'assistant', content: signed }]);
  });

  test.each([false, true])('runs its tools to the end of a conversation (stream: %p)', async (stream) => {
    const tool = {
      type: 'function' as const,
      function: {
        name: 'weather',
        parameters: { type: 'object', properties: { city: { type: 'string' } } },
        description: 'The weather of a city',
        function: (args: string) => `Sun in ${(JSON.parse(args) as { city: string }).city}`,
      },
    };
    const serve = (said: readonly AssistantBlock[]) => () => {
      if (stream) serveStream(said);
      else {
        const finish = { reason: 'tool-calls', raw: null } as const;
        const body = encodeResponse(answer(said, { finish }), answerContext());
        next = { status: 200, type: 'application/json', pieces: [JSON.stringify(body)] };
      }
    };
    const called: AssistantBlock = {
      kind: 'tool-call',
      id: 'call_a',
      name: 'weather',
      arguments: '{"city":"Rome"}',
    };
    answers = [serve([called]), serve([{ kind: 'text', text: 'It is sunny.' }])];
    const given = { model: 'm', messages: ask.messages, tools: [tool] };
    const runner = stream
      ? client.chat.completions.runTools({ ...given, stream: true })
      : client.chat.completions.runTools(given);
    expect(await runner.finalContent()).toBe('It is sunny.');
    const last = decodeRequest(asking);
    expect(isFault(last) ? last : last.messages.slice(1)).toEqual([
      { role: 'assistant', content: [called] },
      {
        role: 'user',
        content: [
          {
            kind: 'tool-result',
            callId: 'call_a',
            content: [{ kind: 'text', text: 'Sun in Rome' }],
            isError: false,
          },
        ],
      },
    ]);
  });

  test('parses structured output', async () => {
    serveStream([{ kind: 'text', text: '{"a":1}' }]);
    const stream = client.chat.completions.stream({
      ...asked,
      response_format: { type: 'json_schema', json_schema: { name: 'a', schema: {}, strict: true } },
    });
    expect(await stream.finalContent()).toBe('{"a":1}');
    const request = decodeRequest(asking);
    expect(isFault(request) ? request : request.parameters.outputFormat).toMatchObject({ name: 'a' });
  });

  test('throws at an error in the middle of a stream', async () => {
    const error: ModelError = {
      kind: 'error',
      class: 'overloaded',
      message: 'Busy.',
      status: 529,
      code: null,
      parameter: null,
      raw: null,
    };
    const events = [...unfoldResponse(answer(blocks)).slice(0, 3), { kind: 'failed', error } as const];
    next = { status: 200, type: 'text/event-stream', pieces: [written(events, answerContext())] };
    const seen: string[] = [];
    const reading = async () => {
      const stream = await client.chat.completions.create({ ...ask, stream: true });
      for await (const chunk of stream) seen.push(chunk.choices[0]?.delta.content ?? '');
    };
    await expect(reading()).rejects.toMatchObject({ message: expect.stringContaining('Busy.') });
    expect(seen.join('')).toBe('Let me see.');
  });

  test('turns the status of an error into its own class', async () => {
    const { status, body } = encodeError({
      kind: 'error',
      class: 'rate-limit',
      message: 'Slow down.',
      status: 429,
      code: null,
      parameter: null,
      raw: null,
    });
    next = { status, type: 'application/json', pieces: [JSON.stringify(body)] };
    await expect(client.chat.completions.create(ask)).rejects.toBeInstanceOf(OpenAI.RateLimitError);
  });
});
