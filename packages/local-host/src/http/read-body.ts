import type { IncomingMessage } from 'node:http';
import { BODY_BYTES } from './limits.ts';

const NOTHING = Buffer.alloc(0);

/** How much of a refused body is read on, so that the client gets to read the answer, before the connection is cut. */
const TOLERATED_BYTES = 64 * 1024 * 1024;

/**
 * Reads a request's body, as API Gateway does before it calls anything.
 * @param taken called once with the body, or with null when it is larger than the API allows.
 */
export function readBody(message: IncomingMessage, taken: (body: Buffer | null) => void): void {
  const { 'content-length': length, 'transfer-encoding': encoding } = message.headers;
  if (length === undefined && encoding === undefined) {
    message.resume();
    taken(NOTHING);
    return;
  }
  if (Number(length) > BODY_BYTES) {
    refuse(message, taken);
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  const onData = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= BODY_BYTES) {
      chunks.push(chunk);
      return;
    }
    message.off('data', onData);
    message.off('end', onEnd);
    refuse(message, taken);
  };
  const onEnd = () => {
    const [only] = chunks;
    taken(chunks.length === 1 && only ? only : Buffer.concat(chunks, bytes));
  };
  message.on('data', onData);
  message.on('end', onEnd);
}

function refuse(message: IncomingMessage, taken: (body: null) => void): void {
  let tolerated = 0;
  message.on('data', (chunk: Buffer) => {
    tolerated += chunk.length;
    if (tolerated > TOLERATED_BYTES) message.destroy();
  });
  taken(null);
}
