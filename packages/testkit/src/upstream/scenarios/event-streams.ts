import { awsEvent, awsException } from '../aws-event-frames.ts';
import { OPENAI_CHAT_USAGE, openaiChatEvents, openaiError } from '../canned/openai-chat.ts';
import type { Exchange, Scenario } from '../scenario.ts';
import { startEventStream, writePieces } from './write-stream.ts';

/**
 * An OpenAI chat stream of any length. Options: `chunks` (default 10), `text` bytes of content in each (default 12),
 * `pace`, `split`, `usage=1` adds the usage event.
 */
const sse: Scenario = async (exchange) => {
  startEventStream(exchange);
  if (await writePieces(exchange, chatEvents(exchange))) exchange.response.end();
};

/** Ends in good order without `[DONE]`. */
const sseWithoutDone: Scenario = async (exchange) => {
  startEventStream(exchange);
  if (await writePieces(exchange, chatEvents(exchange).slice(0, -1))) exchange.response.end();
};

/** The last event stops in the middle of its JSON; then the connection closes in good order. */
const sseHalfEvent: Scenario = async (exchange) => {
  startEventStream(exchange);
  const events = chatEvents(exchange).slice(0, -1);
  const last = events.pop() ?? '';
  if (await writePieces(exchange, [...events, last.slice(0, last.length / 2)])) exchange.response.end();
};

/** Status 200, some events, then an error as an event, as providers do when they fail after the first byte. */
const sseErrorInside: Scenario = async (exchange) => {
  startEventStream(exchange);
  const error = `data: ${JSON.stringify(openaiError('The server had an error.', 'server_error', null))}\n\n`;
  if (await writePieces(exchange, [...chatEvents(exchange).slice(0, -1), error])) exchange.response.end();
};

/** Comments, CRLF and CR line ends, an event over several data lines, a byte order mark: all legal. */
const sseOddButLegal: Scenario = async (exchange) => {
  const events = openaiChatEvents('gpt-4o-mini', true);
  const odd = events.map((event, index) => {
    if (index % 3 === 0) return `: comment\r\n${event.replaceAll('\n', '\r\n')}`;
    return index % 3 === 1 ? `id: ${index}\nretry: 10\n${event}` : event.replace('data: ', 'data:');
  });
  startEventStream(exchange);
  if (await writePieces(exchange, [`\uFEFF${odd[0]}`, ...odd.slice(1)])) exchange.response.end();
};

/** A pause without a byte between two halves. Option: `silence` ms (default 1000). */
const sseSilence: Scenario = async (exchange) => {
  const events = chatEvents(exchange);
  const half = Math.ceil(events.length / 2);
  startEventStream(exchange);
  if (!(await writePieces(exchange, events.slice(0, half)))) return;
  if (!(await exchange.pause(exchange.options.number('silence', 1000)))) return;
  if (await writePieces(exchange, events.slice(half))) exchange.response.end();
};

/**
 * Bedrock ConverseStream frames. Options: `chunks` (default 5), `end=exception` ends with an exception frame,
 * `end=corrupt` with a frame whose checksum is wrong, `end=half` with half a frame; plus `pace`, `split`.
 */
const awsEvents: Scenario = async (exchange) => {
  const frames = converseFrames(exchange.options.number('chunks', 5));
  const last = frames.at(-1) ?? Buffer.alloc(0);
  switch (exchange.options.text('end', 'whole')) {
    case 'exception':
      frames.splice(-2, 2, awsException('throttlingException', 'Too many tokens.'));
      break;
    case 'corrupt':
      frames.splice(-1, 1, Buffer.concat([last.subarray(0, -1), Buffer.of((last.at(-1) ?? 0) ^ 0xff)]));
      break;
    case 'half':
      frames.splice(-1, 1, last.subarray(0, last.length / 2));
      break;
  }
  startEventStream(exchange, 'application/vnd.amazon.eventstream');
  if (await writePieces(exchange, frames)) exchange.response.end();
};

export const eventStreams = {
  sse,
  'sse-without-done': sseWithoutDone,
  'sse-half-event': sseHalfEvent,
  'sse-error-inside': sseErrorInside,
  'sse-odd-but-legal': sseOddButLegal,
  'sse-silence': sseSilence,
  'aws-events': awsEvents,
} satisfies Record<string, Scenario>;

export function chatEvents({ options }: Pick<Exchange, 'options'>): string[] {
  const content = 'x'.repeat(options.number('text', 12));
  const chunk = (choices: object[], usage?: object) =>
    `data: ${JSON.stringify({
      id: 'chatcmpl-weir0002',
      object: 'chat.completion.chunk',
      created: 1_760_000_000,
      model: 'gpt-4o-mini',
      choices,
      ...(usage ? { usage } : {}),
    })}\n\n`;
  const events = Array.from({ length: options.number('chunks', 10) }, () =>
    chunk([{ index: 0, delta: { content }, finish_reason: null }]),
  );
  events.push(chunk([{ index: 0, delta: {}, finish_reason: 'stop' }]));
  if (options.number('usage', 0) === 1) events.push(chunk([], OPENAI_CHAT_USAGE));
  events.push('data: [DONE]\n\n');
  return events;
}

function converseFrames(chunks: number): Buffer[] {
  return [
    awsEvent('messageStart', { role: 'assistant' }),
    ...Array.from({ length: chunks }, (_, index) =>
      awsEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { text: `piece ${index} ` } }),
    ),
    awsEvent('contentBlockStop', { contentBlockIndex: 0 }),
    awsEvent('messageStop', { stopReason: 'end_turn' }),
    awsEvent('metadata', {
      usage: { inputTokens: 19, outputTokens: 8, totalTokens: 27 },
      metrics: { latencyMs: 120 },
    }),
  ];
}
