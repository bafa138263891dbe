import type { Writable } from 'node:stream';
import type { PluginExecutionMode, Request } from '@middy/core';
import type { Answer } from '@weir/core';
import { deliver } from './deliver.ts';

/** The metadata that opens a streamed answer. */
interface Prelude {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
}

/** The global of Lambda's Node runtime. */
declare const awslambda: {
  streamifyResponse<Handler>(handler: Handler): Handler;
  HttpResponseStream: { from(stream: Writable, prelude: Prelude): Writable };
};

type Run = (request: Request, ...parts: readonly unknown[]) => Promise<Answer>;

interface Core {
  middyRequest(event: unknown, context: unknown): Request;
  readonly runRequest: Run;
}

/**
 * How middy runs a handler whose result is an {@link Answer}: middlewares as ever, then the body straight to Lambda's
 * stream, and the answer's settlement after the last byte, or after the client left; the invocation lasts until then
 * (spec/platform 0-4). Middy's own streaming mode knows strings and Node streams only, which costs a second stream and a
 * pipeline between two.
 */
function mode(
  { middyRequest, runRequest }: Core,
  before: unknown,
  first: unknown,
  after: unknown,
  onError: unknown,
  plugin: unknown,
): unknown {
  let handler = first;
  const run = async (event: unknown, stream: Writable, context: unknown): Promise<void> => {
    const request = middyRequest(event, context);
    const answer = await runRequest(request, before, handler, after, onError, plugin);
    try {
      await deliver(answer.body, awslambda.HttpResponseStream.from(stream, preludeOf(answer)));
    } finally {
      await answer.settle();
    }
  };
  return Object.assign(awslambda.streamifyResponse(run), {
    handler(this: unknown, replacement: unknown) {
      handler = replacement;
      return this;
    },
  });
}

/** Middy declares modes without their parameters. */
export const streamingMode = mode as PluginExecutionMode;

function preludeOf({ status, headers }: Answer): Prelude {
  const single: Record<string, string> = {};
  let multiple: Record<string, readonly string[]> | null = null;
  for (const [name, values] of headers) {
    if (values.length === 1) single[name] = values[0] ?? '';
    else {
      multiple ??= {};
      multiple[name] = values;
    }
  }
  const prelude = { statusCode: status, headers: single };
  return multiple ? { ...prelude, multiValueHeaders: multiple } : prelude;
}
