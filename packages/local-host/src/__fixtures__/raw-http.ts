import { type Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

interface RawRequest {
  readonly method?: string;
  /** Names and values in turn: any order, any spelling, any number of times. */
  readonly headers?: readonly string[];
  readonly body?: Buffer | string;
  readonly agent?: Agent;
  /** Another `Host` header than the address. */
  readonly host?: string;
}

/** An HTTP request that nothing tidies up on its way: path and headers go out as they are given. */
export async function send(baseUrl: string, path: string, options: RawRequest = {}): Promise<RawAnswer> {
  const response = await open(baseUrl, path, options);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const { statusCode = 0, headers, rawHeaders } = response;
  return { status: statusCode, headers, rawHeaders, body: Buffer.concat(chunks) };
}

/** The same, up to the head of the answer; its body is the caller's. */
export function open(baseUrl: string, path: string, options: RawRequest = {}): Promise<IncomingMessage> {
  const { hostname, port } = new URL(baseUrl);
  const { method = 'GET', body, agent } = options;
  const length = body === undefined ? [] : ['content-length', String(Buffer.byteLength(body))];
  const headers = ['host', options.host ?? `${hostname}:${port}`, ...length, ...(options.headers ?? [])];
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers, ...(agent ? { agent } : {}) }, resolve);
    sent.on('error', reject);
    sent.end(body);
  });
}

export async function json(answer: Promise<RawAnswer>): Promise<Record<string, unknown>> {
  return JSON.parse((await answer).body.toString());
}
