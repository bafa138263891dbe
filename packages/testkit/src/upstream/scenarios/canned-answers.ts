import { anthropicAnswer, anthropicError, anthropicEvents } from '../canned/anthropic-messages.ts';
import { geminiAnswer, geminiArrayPieces, geminiError, geminiEvents } from '../canned/gemini.ts';
import {
  OPENAI_MODELS,
  openaiChatAnswer,
  openaiChatEvents,
  openaiEmbeddings,
  openaiError,
} from '../canned/openai-chat.ts';
import { openaiResponsesAnswer, openaiResponsesEvents } from '../canned/openai-responses.ts';
import type { Exchange, Scenario } from '../scenario.ts';
import { echo } from './bodies.ts';
import { startEventStream, writePieces } from './write-stream.ts';

function answerJson(
  exchange: Exchange,
  body: unknown,
  status = exchange.options.number('status', 200),
): void {
  exchange.response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'req_weir0001' });
  exchange.response.end(JSON.stringify(body));
}

async function answerEvents(exchange: Exchange, events: readonly string[]): Promise<void> {
  startEventStream(exchange);
  if (await writePieces(exchange, events)) exchange.response.end();
}

const openaiChat: Scenario = (exchange) => {
  const { model, stream, includeUsage } = asked(exchange);
  if (stream) return answerEvents(exchange, openaiChatEvents(model, includeUsage));
  answerJson(exchange, openaiChatAnswer(model));
};

const openaiResponses: Scenario = (exchange) => {
  const { model, stream } = asked(exchange);
  if (stream) return answerEvents(exchange, openaiResponsesEvents(model));
  answerJson(exchange, openaiResponsesAnswer(model));
};

const anthropicMessages: Scenario = (exchange) => {
  const { model, stream } = asked(exchange);
  if (stream) return answerEvents(exchange, anthropicEvents(model));
  answerJson(exchange, anthropicAnswer(model));
};

const gemini: Scenario = async (exchange) => {
  const { pathname, searchParams } = new URL(exchange.received.url, 'http://upstream');
  const model = /models\/([^:/]+)/.exec(pathname)?.[1] ?? 'gemini';
  if (!pathname.endsWith(':streamGenerateContent')) return answerJson(exchange, geminiAnswer(model));
  if (searchParams.get('alt') === 'sse') return answerEvents(exchange, geminiEvents(model));
  exchange.response.writeHead(200, { 'content-type': 'application/json; charset=UTF-8' });
  if (await writePieces(exchange, geminiArrayPieces(model))) exchange.response.end();
};

/** Picks the canned answer by the path, so that real clients find what they expect. Anything else is echoed. */
const byPath: Scenario = (exchange) => {
  const path = exchange.received.url.split('?', 1)[0] ?? '';
  if (path.endsWith('/chat/completions')) return openaiChat(exchange);
  if (path.endsWith('/responses')) return openaiResponses(exchange);
  if (path.endsWith('/messages')) return anthropicMessages(exchange);
  if (/:(stream)?generateContent$/i.test(path)) return gemini(exchange);
  if (path.endsWith('/embeddings')) return answerJson(exchange, openaiEmbeddings(asked(exchange).model));
  if (path.endsWith('/models')) return answerJson(exchange, OPENAI_MODELS);
  return echo(exchange);
};

/** An error answer in the provider's own shape. Options: `status` (default 429), `as` (openai, anthropic, gemini). */
const providerError: Scenario = (exchange) => {
  const status = exchange.options.number('status', 429);
  const as = exchange.options.text('as', 'openai');
  const message = 'You have sent too many requests.';
  if (status === 429) exchange.response.setHeader('retry-after', '7');
  if (as === 'anthropic') return answerJson(exchange, anthropicError('rate_limit_error', message), status);
  if (as === 'gemini')
    return answerJson(exchange, geminiError(status, 'RESOURCE_EXHAUSTED', message), status);
  return answerJson(exchange, openaiError(message, 'requests', 'rate_limit_exceeded'), status);
};

/** Status 200, content type JSON, and an error in the body. */
const errorInside: Scenario = (exchange) =>
  answerJson(exchange, openaiError('The server had an error.', 'server_error', null), 200);

export const cannedAnswers = {
  'by-path': byPath,
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
  gemini,
  'provider-error': providerError,
  'error-inside': errorInside,
} satisfies Record<string, Scenario>;

interface Asked {
  readonly model: string;
  readonly stream: boolean;
  readonly includeUsage: boolean;
}

function asked(exchange: Exchange): Asked {
  const body = parsed(exchange.received.body);
  const model = typeof body.model === 'string' ? body.model : 'unnamed-model';
  const options = body.stream_options;
  const includeUsage =
    typeof options === 'object' &&
    options !== null &&
    'include_usage' in options &&
    options.include_usage === true;
  return { model, stream: body.stream === true, includeUsage };
}

function parsed(body: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    // A provider that gets no JSON still has to answer something; the caller's test looks at what was received.
    return {};
  }
}
