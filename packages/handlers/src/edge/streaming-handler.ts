import middy from '@middy/core';
import { type Answer, errorBody, Refusal } from '@weir/core';
import { logFailure } from './failure-log.ts';
import { streamingMode } from './streaming-mode.ts';

/** Lambda's context, as far as we use it. */
export interface LambdaContext {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

/** A Lambda handler that streams answers and settles each after its last byte. */
export function streamingHandler(answer: (event: unknown, context: LambdaContext) => Promise<Answer>) {
  return middy<unknown, Answer, Error, LambdaContext>({
    executionMode: streamingMode,
    timeoutEarlyInMillis: 0,
  })
    .onError((call) => {
      logFailure('inference', call.error, call.context.awsRequestId);
      call.response = {
        status: 500,
        headers: new Map([['content-type', ['application/json']]]),
        body: Buffer.from(errorBody(new Refusal('internal', { cause: call.error }), 'gateway-host')),
        settle: async () => undefined,
      };
    })
    .handler((event, context) => answer(event, context));
}
