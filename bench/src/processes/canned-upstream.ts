/**
 * A provider that answers at once from memory, in a process of its own: an OpenAI chat completion, or, when the body asks
 * for a stream, 300 events of together 97 KB, one every 4 ms.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type CannedAddress,
  CHUNK_PACE_MS,
  CHUNKS,
  SHORT_CHUNKS,
  SHORT_STREAM,
  STREAM_BYTES,
  WORD,
} from './canned-shape.ts';

const completion = (words: number) =>
  Buffer.from(
    JSON.stringify({
      id: 'chatcmpl-bench',
      object: 'chat.completion',
      created: 1_760_000_000,
      model: 'gpt-4o-mini',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'word '.repeat(words).trim(), refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: { prompt_tokens: 19, completion_tokens: words, total_tokens: 19 + words },
    }),
  );
const JSON_ANSWER = completion(80);
const LARGER_ANSWER = completion(760);
const EVENTS = events();
const SHORT_EVENTS = [...EVENTS.slice(0, SHORT_CHUNKS), ...EVENTS.slice(-1)];
const USAGE_EVENT = Buffer.from(
  `data: ${JSON.stringify({
    id: 'chatcmpl-bench',
    object: 'chat.completion.chunk',
    created: 1_760_000_000,
    model: 'gpt-4o-mini',
    choices: [],
    usage: { prompt_tokens: 19, completion_tokens: 299, total_tokens: 318 },
  })}\n\n`,
);
/** What a gateway that wants to know the usage gets, and must hide from a caller that did not ask. */
const withUsage = (events: readonly Buffer[]) => [...events.slice(0, -1), USAGE_EVENT, ...events.slice(-1)];
const EVENTS_WITH_USAGE = withUsage(EVENTS);
const SHORT_EVENTS_WITH_USAGE = withUsage(SHORT_EVENTS);
/** The same amount in Anthropic's format: start, one delta a chunk, end. */
const ANTHROPIC_EVENTS = anthropicEvents(CHUNKS - 5);
const SHORT_ANTHROPIC_EVENTS = anthropicEvents(SHORT_CHUNKS);
const SIZES = {
  words: CHUNKS - 5,
  wholeBytes: JSON_ANSWER.length,
  streamBytes: Buffer.concat(EVENTS).length,
  short: { streamBytes: Buffer.concat(SHORT_EVENTS).length, words: SHORT_CHUNKS },
};

const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    const isShort = body.includes(SHORT_STREAM);
    if (request.url?.startsWith('/v1/messages'))
      return answerStream(response, isShort ? SHORT_ANTHROPIC_EVENTS : ANTHROPIC_EVENTS);
    if (body.includes('four-kilobytes')) return answerWhole(response, LARGER_ANSWER);
    if (!body.includes('"stream":true')) return answerWhole(response, JSON_ANSWER);
    const wantsUsage = body.includes('"include_usage":true');
    if (isShort) return answerStream(response, wantsUsage ? SHORT_EVENTS_WITH_USAGE : SHORT_EVENTS);
    answerStream(response, wantsUsage ? EVENTS_WITH_USAGE : EVENTS);
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.on('message', ({ id }: { id: number }) =>
    process.send?.({ id, answer: { port, ...SIZES } satisfies CannedAddress }),
  );
});

function answerWhole(response: ServerResponse, answer: Buffer): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length });
  response.end(answer);
}

function answerStream(response: ServerResponse, events: readonly Buffer[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  let next = 0;
  const write = () => {
    const event = events[next++];
    if (event) return response.write(event);
    clearInterval(timer);
    response.end();
  };
  const timer = setInterval(write, CHUNK_PACE_MS);
  response.on('close', () => clearInterval(timer));
  write();
}

function events(): Buffer[] {
  const event = (content: string) =>
    `data: ${JSON.stringify({
      id: 'chatcmpl-bench',
      object: 'chat.completion.chunk',
      created: 1_760_000_000,
      model: 'gpt-4o-mini',
      choices: [{ index: 0, delta: { content }, logprobs: null, finish_reason: null }],
    })}\n\n`;
  const last = 'data: [DONE]\n\n';
  const padding = Math.floor((STREAM_BYTES - last.length) / (CHUNKS - 1)) - event('').length;
  const all = Array.from({ length: CHUNKS - 1 }, () => Buffer.from(event('w'.repeat(padding))));
  return [...all, Buffer.from(last)];
}

function anthropicEvents(deltas: number): Buffer[] {
  const event = (type: string, data: object) =>
    Buffer.from(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  const text = `${WORD}${'w'.repeat(190)}`;
  const delta = event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } });
  return [
    event('message_start', {
      message: {
        id: 'msg_bench',
        type: 'message',
        role: 'assistant',
        model: 'claude-sonnet-4-5',
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { input_tokens: 19, output_tokens: 1 },
      },
    }),
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    ...Array.from({ length: deltas }, () => delta),
    event('content_block_stop', { index: 0 }),
    event('message_delta', {
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: 299 },
    }),
    event('message_stop', {}),
  ];
}
