import type { Writable } from 'node:stream';
import type { Answer } from '@weir/core';

/**
 * Writes a body to the client, chunk by chunk as it comes, and ends the stream; what the client does not take holds the
 * provider back. The stream's opening (Lambda's prelude) goes out at once, also when the provider is slow.
 *
 * @returns when the last byte is out.
 * @throws what the stream broke with; the provider has been told to stop.
 */
export function deliver(body: Answer['body'], out: Writable): Promise<void> {
  return new Promise((resolve, reject) => {
    const source = body instanceof Uint8Array ? null : body;
    let over = false;
    const finish = (error?: Error | null) => {
      if (over) return;
      over = true;
      if (!error) return resolve();
      source?.cancel();
      reject(error);
    };
    out.on('error', finish);
    out.on('close', () => {
      if (!over) finish(new LeftEarly('the stream was closed before its end'));
    });
    if (body instanceof Uint8Array) {
      // An empty one too: without a write there is no prelude.
      out.write(body);
      out.end(finish);
      return;
    }
    out.on('drain', () => body.resume());
    out.write('');
    body.consume({
      chunk(bytes) {
        if (!over && !out.write(bytes)) body.pause();
      },
      end() {
        if (!over) out.end(finish);
      },
    });
  });
}

class LeftEarly extends Error {
  readonly code = 'ERR_STREAM_PREMATURE_CLOSE';
}
