import type { Socket } from 'node:net';
import type { Exchange, Scenario } from '../scenario.ts';
import { chatEvents } from './event-streams.ts';
import { startEventStream, writePieces } from './write-stream.ts';

/** Takes the request and never answers. */
const hang: Scenario = (exchange) => exchange.untilGone();

/** Announces 1,000 bytes, sends 10, and goes silent. */
const hangMidBody: Scenario = async (exchange) => {
  exchange.response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
  exchange.response.write('{"id":"cha');
  await exchange.untilGone();
};

/** Sends some events and goes silent. Options as `sse`. */
const hangMidStream: Scenario = async (exchange) => {
  startEventStream(exchange);
  if (await writePieces(exchange, chatEvents(exchange).slice(0, -2))) await exchange.untilGone();
};

/** TCP reset before any byte of the answer. */
const reset: Scenario = (exchange) => resetConnection(exchange);

/** Announces 1,000 bytes, sends 10, resets. */
const resetMidBody: Scenario = async (exchange) => {
  exchange.response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
  exchange.response.write('{"id":"cha');
  if (await exchange.pause(20)) resetConnection(exchange);
};

/** The same without an announced length: the connection's end is the body's. */
const resetUnframedBody: Scenario = async (exchange) => {
  socketOf(exchange).write(
    'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n{"id":"cha',
  );
  if (await exchange.pause(20)) resetConnection(exchange);
};

/** Sends all events but the last two, then resets. Options as `sse`. */
const resetMidStream: Scenario = async (exchange) => {
  startEventStream(exchange);
  if (!(await writePieces(exchange, chatEvents(exchange).slice(0, -2)))) return;
  if (await exchange.pause(20)) resetConnection(exchange);
};

/** Announces 1,000 bytes, sends 10, closes in good order at the TCP level. */
const shortBody: Scenario = (exchange) => {
  exchange.received.end = 'cut-by-upstream';
  socketOf(exchange).end(
    'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"id":"cha',
  );
};

/** Closes before any byte of the answer, in good order: the race of a kept-alive connection that idled out. */
const closeSilently: Scenario = (exchange) => {
  exchange.received.end = 'cut-by-upstream';
  socketOf(exchange).end();
};

/** The head comes byte by byte. Option: `delay` ms until complete (default 500). */
const slowHeaders: Scenario = async (exchange) => {
  const head =
    'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 4\r\nconnection: close\r\n\r\n';
  const socket = socketOf(exchange);
  const steps = 20;
  const pause = exchange.options.number('delay', 500) / steps;
  for (let step = 0; step < steps; step += 1) {
    const from = Math.floor((head.length * step) / steps);
    socket.write(head.slice(from, Math.floor((head.length * (step + 1)) / steps)));
    if (!(await exchange.pause(pause))) return;
  }
  exchange.received.end = 'answered';
  socket.end('slow');
};

/** Option: `bytes` of headers in all (default 64 KiB). */
const hugeHeaders: Scenario = ({ response, options }) => {
  const count = Math.ceil(options.number('bytes', 64 * 1024) / 1024);
  for (let index = 0; index < count; index += 1) response.setHeader(`x-padding-${index}`, 'h'.repeat(1000));
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.end('huge');
};

/** Not HTTP at all. */
const invalidHttp: Scenario = (exchange) => {
  exchange.received.end = 'cut-by-upstream';
  socketOf(exchange).end('220 smtp.example ESMTP ready\r\n');
};

/** Agrees to an upgrade that nobody asked for, and waits. */
const switchingProtocols: Scenario = async (exchange) => {
  socketOf(exchange).write(
    'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: weir\r\n\r\n',
  );
  await exchange.untilGone();
};

/** A whole answer whose status HTTP does not know. Option: `status` (default 600). */
const unknownStatus: Scenario = (exchange) => {
  const status = String(exchange.options.number('status', 600)).padStart(3, '0');
  exchange.received.end = 'answered';
  socketOf(exchange).end(
    `HTTP/1.1 ${status} What\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}`,
  );
};

/** A chunked body whose second chunk has no length. */
const invalidChunk: Scenario = async (exchange) => {
  const socket = socketOf(exchange);
  exchange.received.end = 'cut-by-upstream';
  socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n');
  socket.write('f\r\ndata: {"a":1}\n\n\r\n');
  if (await exchange.pause(20)) socket.end('zz\r\nnot a chunk\r\n');
};

export const connectionFaults = {
  hang,
  'hang-mid-body': hangMidBody,
  'hang-mid-stream': hangMidStream,
  reset,
  'reset-mid-body': resetMidBody,
  'reset-unframed-body': resetUnframedBody,
  'reset-mid-stream': resetMidStream,
  'short-body': shortBody,
  'close-silently': closeSilently,
  'slow-headers': slowHeaders,
  'huge-headers': hugeHeaders,
  'invalid-http': invalidHttp,
  'invalid-chunk': invalidChunk,
  'switching-protocols': switchingProtocols,
  'unknown-status': unknownStatus,
} satisfies Record<string, Scenario>;

function resetConnection(exchange: Exchange): void {
  exchange.received.end = 'cut-by-upstream';
  socketOf(exchange).resetAndDestroy();
}

function socketOf({ response }: Exchange): Socket {
  const { socket } = response;
  if (!socket) throw new Error('the connection is already gone');
  return socket;
}
