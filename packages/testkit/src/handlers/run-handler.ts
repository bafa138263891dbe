/**
 * One Lambda environment of its own: a function's bundle in a process, behind a socket. API Gateway's part is as short as
 * a test can have it. Started with the bundle's path and the function's environment; says its port to who started it.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';

interface Prelude {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
}

type Handler = (event: unknown, stream: Writable, context: object) => Promise<void>;

/** Lambda's stream: the prelude goes out with the first write. */
class AnswerStream extends Writable {
  readonly response: ServerResponse;
  prelude: Prelude | null = null;

  constructor(response: ServerResponse) {
    super();
    this.response = response;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.prelude) this.response.writeHead(this.prelude.statusCode, this.prelude.headers);
    this.prelude = null;
    if (this.response.write(chunk)) done();
    else this.response.once('drain', done);
  }

  override _final(done: () => void): void {
    this.response.end(done);
  }
}

Object.assign(globalThis, {
  awslambda: {
    streamifyResponse: (handler: unknown) => handler,
    HttpResponseStream: {
      from: (stream: AnswerStream, prelude: Prelude) => Object.assign(stream, { prelude }),
    },
  },
});

const [, , bundle = ''] = process.argv;
const { handler } = (await import(pathToFileURL(bundle).href)) as { readonly handler: Handler };

const server = createServer(async (message, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  const [path] = (message.url ?? '/').split('?', 1);
  const event = {
    httpMethod: message.method,
    path,
    multiValueHeaders: message.headersDistinct,
    body: Buffer.concat(chunks).toString('base64'),
    isBase64Encoded: true,
    requestContext: { identity: { sourceIp: '127.0.0.1' } },
  };
  const context = { awsRequestId: '', getRemainingTimeInMillis: () => 900_000 };
  await handler(event, new AnswerStream(response), context);
});
// It does not outlive who started it, however that ended.
process.on('disconnect', () => process.exit());
// Connections are kept as long as the test keeps them.
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
