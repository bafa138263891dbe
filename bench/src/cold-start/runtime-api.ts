import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Eight NUL bytes end the metadata of a streamed proxy answer; the body begins behind them. */
const PRELUDE_END = Buffer.alloc(8);
const API = '/2018-06-01/runtime';
const DEADLINE_MS = 60_000;

export interface FirstInvocation {
  /** `performance.now()` of the benchmark when the runtime first asked for work: its init is over. */
  readonly nextAt: number;
  /** The same for the first byte of the answer's body. */
  readonly firstByteAt: number;
  readonly answer: string;
}

export interface RuntimeApi {
  /** `host:port`, for `AWS_LAMBDA_RUNTIME_API`. */
  readonly address: string;
  /** Rejects when the runtime reports an error of the function. */
  readonly invocation: Promise<FirstInvocation>;
  stop(): void;
}

/**
 * The service side of Lambda's runtime interface for one invocation: hands out one event, takes one answer, and keeps
 * the runtime waiting when it asks for more.
 */
export async function startRuntimeApi(event: unknown): Promise<RuntimeApi> {
  const { promise: invocation, resolve, reject } = Promise.withResolvers<FirstInvocation>();
  let nextAt = 0;
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    if (path === `${API}/invocation/next`) {
      if (nextAt > 0) return;
      nextAt = performance.now();
      return handOut(event, response);
    }
    if (path.endsWith('/response')) {
      readAnswer(request).then((answer) => resolve({ nextAt, ...answer }), reject);
    } else {
      readAnswer(request).then(({ answer }) => reject(new Error(`the function failed: ${answer}`)), reject);
    }
    response.writeHead(202).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    invocation,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function handOut(event: unknown, response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': 'application/json',
    'lambda-runtime-aws-request-id': '8476a536-e9f4-11e8-9739-2dfe598c3fcd',
    'lambda-runtime-deadline-ms': String(Date.now() + DEADLINE_MS),
    'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:eu-west-1:000000000000:function:bench',
    'lambda-runtime-trace-id': 'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0',
  });
  response.end(JSON.stringify(event));
}

async function readAnswer(request: IncomingMessage): Promise<Omit<FirstInvocation, 'nextAt'>> {
  const streamed = request.headers['lambda-runtime-function-response-mode'] === 'streaming';
  let firstByteAt = 0;
  let received = Buffer.alloc(0);
  for await (const chunk of request as AsyncIterable<Buffer>) {
    received = Buffer.concat([received, chunk]);
    const bodyFrom = streamed ? received.indexOf(PRELUDE_END) + PRELUDE_END.length : 0;
    const begun = bodyFrom >= (streamed ? PRELUDE_END.length : 0) && received.length > bodyFrom;
    if (begun) firstByteAt ||= performance.now();
  }
  return { firstByteAt, answer: received.toString('utf8') };
}
