import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import middy from '@middy/core';
import { executionModeStreamifyResponse } from '@middy/core/StreamifyResponse';
import { type Answer, errorBody, Refusal } from '@weir/core';
import { AnswerBody, wholeBody } from './answer-body.ts';
import { logFailure } from './failure-log.ts';

/** A short text goes out as a string: middy writes it at once, where a stream costs a pipeline of its own. */
const SHORT = 16 * 1024;

/** What middy streams: the metadata becomes the prelude. It takes strings and streams, no bytes. */
interface StreamedResult {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly multiValueHeaders: Readonly<Record<string, readonly string[]>>;
  readonly body: Readable | string;
}

/** Lambda's context, as far as we use it. */
export interface LambdaContext {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

/**
 * A Lambda handler that streams answers and settles each after its last byte: the invocation lasts until the record is
 * handed over (spec/platform 0-4).
 */
export function streamingHandler(answer: (event: unknown, context: LambdaContext) => Promise<Answer>) {
  /** One invocation runs at a time on Lambda, several on a host that shares its process. */
  const answers = new WeakMap<object, Answer>();
  return middy<unknown, StreamedResult, Error, LambdaContext>({
    executionMode: executionModeStreamifyResponse,
    timeoutEarlyInMillis: 0,
    requestEnd: async ({ context }: { readonly context: object }) => answers.get(context)?.settle(),
  })
    .onError((call) => {
      logFailure('inference', call.error, call.context.awsRequestId);
      call.response = {
        statusCode: 500,
        headers: { 'content-type': 'application/json' },
        multiValueHeaders: {},
        body: errorBody(new Refusal('internal', { cause: call.error }), 'gateway-host'),
      };
    })
    .handler(async (event, context) => {
      const given = await answer(event, context);
      answers.set(context, given);
      return toResult(given);
    });
}

function toResult({ status, headers, body }: Answer): StreamedResult {
  const single: Record<string, string> = {};
  const multiple: Record<string, readonly string[]> = {};
  for (const [name, values] of headers) {
    if (values.length === 1) single[name] = values[0] ?? '';
    else multiple[name] = values;
  }
  return {
    statusCode: status,
    headers: single,
    multiValueHeaders: multiple,
    body: body instanceof Uint8Array ? wholeOf(body) : new AnswerBody(body),
  };
}

function wholeOf(bytes: Uint8Array): Readable | string {
  if (bytes.length > SHORT || !isUtf8(bytes)) return wholeBody(bytes);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
