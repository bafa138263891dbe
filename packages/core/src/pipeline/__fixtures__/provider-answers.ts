import { headerMap } from '../../http/header-map.ts';
import { StoreUnavailable } from '../../ports/config-source.ts';
import type { UpstreamAnswer } from '../../ports/upstream.ts';
import { type ByteStream, wholeStream } from '../../streaming/byte-stream.ts';

/** All chunks of a body. */
export function read(body: Uint8Array | ByteStream): Promise<Uint8Array[]> {
  if (body instanceof Uint8Array) return Promise.resolve([body]);
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    body.consume({ chunk: (bytes) => void chunks.push(bytes), end: () => resolve(chunks) });
  });
}

export function jsonAnswer(
  text: string,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): UpstreamAnswer {
  return {
    status,
    headers: headerMap(Object.entries({ 'content-type': 'application/json', ...headers })),
    body: wholeStream(Buffer.from(text)),
  };
}

export function streamAnswer(body: ByteStream, type = 'text/event-stream'): UpstreamAnswer {
  return { status: 200, headers: headerMap([['content-type', type]]), body };
}

/** As a part of a bundle that brings its own copy of the class throws it. */
export function foreignStoreUnavailable(): Error {
  return Object.assign(new Error('cannot read a secret'), { name: StoreUnavailable.name });
}
