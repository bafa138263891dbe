import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { OPENAI_CHAT_TEXT, openaiChatAnswer } from '../canned/openai-chat.ts';
import type { Exchange, Scenario } from '../scenario.ts';

/** What was received, as JSON: method, url, headers in order of arrival, size and SHA-256 of the body. */
export const echo: Scenario = ({ received, response }) => {
  const { method, url, headers, bodySize, bodySha256 } = received;
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ method, url, headers: [...headers], bodySize, bodySha256 }));
};

/** The received body itself, under the received content type (multipart included). */
const echoBody: Scenario = ({ received, response }) => {
  const contentType = received.headers.get('content-type')?.[0] ?? 'application/octet-stream';
  response.writeHead(200, { 'content-type': contentType, 'content-length': received.body.length });
  response.end(received.body);
};

/** Bytes that are not UTF-8. Options: `bytes` (default 4096), `type` (default audio/mpeg). */
const binary: Scenario = ({ response, options }) => {
  const body = patternBytes(options.number('bytes', 4096));
  response.writeHead(200, {
    'content-type': options.text('type', 'audio/mpeg'),
    'content-length': body.length,
  });
  response.end(body);
};

/** A body of any size, made while it is sent. Options: `bytes` (default 200 MB), `type`. */
const large: Scenario = async (exchange) => {
  const total = exchange.options.number('bytes', 200 * 1024 * 1024);
  const block = patternBytes(64 * 1024);
  exchange.response.writeHead(200, {
    'content-type': exchange.options.text('type', 'application/octet-stream'),
  });
  for (let sent = 0; sent < total; sent += block.length) {
    const more = exchange.response.write(block.subarray(0, Math.min(block.length, total - sent)));
    if (!more) await Promise.race([once(exchange.response, 'drain'), exchange.untilGone()]);
    if (exchange.response.destroyed) return;
  }
  exchange.response.end();
};

/** A chat answer under `content-encoding: gzip`. */
const gzip: Scenario = ({ response }) => {
  const body = gzipSync(JSON.stringify(openaiChatAnswer('gpt-4o-mini')));
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-encoding': 'gzip',
    'content-length': body.length,
  });
  response.end(body);
};

/** No body. Option: `status` (default 204; 304 carries an etag). */
const empty: Scenario = ({ response, options }) => {
  const status = options.number('status', 204);
  response.writeHead(status, status === 304 ? { etag: '"weir"' } : {});
  response.end();
};

/** Options: `count` (default 5). */
const cookies: Scenario = ({ response, options }) => {
  const count = options.number('count', 5);
  const values = Array.from(
    { length: count },
    (_, index) => `session${index}=value${index}; Path=/; HttpOnly`,
  );
  response.writeHead(200, { 'content-type': 'text/plain', 'set-cookie': values });
  response.end('cookies');
};

/** Options: `status` (default 302), `location`. */
const redirect: Scenario = ({ response, options }) => {
  const location = options.text('location', 'http://169.254.169.254/latest/meta-data/');
  response.writeHead(options.number('status', 302), { location });
  response.end();
};

/** Plain text under the wrong name. Option: `type` (default: HTML where JSON belongs). */
const wrongContentType: Scenario = ({ response, options }) => {
  response.writeHead(200, { 'content-type': options.text('type', 'text/html; charset=utf-8') });
  response.end(`<html><body>${OPENAI_CHAT_TEXT}</body></html>`);
};

/** Says JSON, sends half of it, and ends in good order. */
const brokenJson: Scenario = ({ response }) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(openaiChatAnswer('gpt-4o-mini')).slice(0, 120));
};

/** Answers before the request's body is read, then reads it. Option: `status` (default 413). */
const early: Scenario = (exchange: Exchange) => {
  exchange.response.writeHead(exchange.options.number('status', 413), { 'content-type': 'application/json' });
  exchange.response.end('{"error":{"message":"too large","type":"invalid_request_error"}}');
};

export const bodies = {
  echo,
  'echo-body': echoBody,
  binary,
  large,
  gzip,
  empty,
  cookies,
  redirect,
  'wrong-content-type': wrongContentType,
  'broken-json': brokenJson,
  'answer-early': early,
} satisfies Record<string, Scenario>;

/** Every byte value in turn. */
function patternBytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => index % 256);
}
