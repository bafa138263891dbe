import type { ResponseStream } from './response-stream.ts';

/** What a streaming handler hands to `HttpResponseStream.from`. */
export type Prelude = Readonly<Record<string, unknown>>;

export type StreamingHandler = (event: unknown, stream: ResponseStream, context: object) => unknown;

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');

/** The content type by which the runtime says that the stream opens with a prelude. */
const INTEGRATION_RESPONSE = 'application/vnd.awslambda.http-integration-response';

/**
 * The global that Lambda's Node runtime gives to handlers, with its semantics: `streamifyResponse` only marks the
 * function, and the prelude goes out in front of the first `write`, so that an answer that ends without one has none.
 */
const awslambda = {
  streamifyResponse(handler: StreamingHandler): StreamingHandler {
    return Object.assign(handler, { [STREAMING]: 'response' });
  },
  HttpResponseStream: {
    from(stream: ResponseStream, prelude: Prelude): ResponseStream {
      stream.setContentType(INTEGRATION_RESPONSE);
      stream.openWith(JSON.stringify(prelude));
      return stream;
    },
  },
};

/** Handlers read the global while they load, so this must run before the first import. */
export function installAwslambda(): void {
  Object.assign(globalThis, { awslambda });
}

export function isStreaming(handler: object): handler is StreamingHandler {
  return STREAMING in handler;
}
