import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';

export interface RawRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** What ended the answer before its end; null when it ended in good order. */
  readonly failure: string | null;
}

const agent = new Agent({ keepAlive: true });

/** An HTTP request that nothing tidies up; the answer's bytes are as they came. */
export async function sendRaw(baseUrl: string, given: RawRequest): Promise<RawAnswer> {
  const message = await openRaw(baseUrl, given);
  const chunks: Buffer[] = [];
  let failure: string | null = null;
  try {
    for await (const chunk of message) chunks.push(chunk);
  } catch (error) {
    failure = String(error);
  }
  return {
    status: message.statusCode ?? 0,
    headers: message.headers,
    body: Buffer.concat(chunks),
    failure,
  };
}

/** The same up to the head of the answer; the body is the caller's to read. */
export function openRaw(
  baseUrl: string,
  { method = 'GET', path, headers = {}, body }: RawRequest,
): Promise<IncomingMessage> {
  const { hostname, port } = new URL(baseUrl);
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, path, method, agent, headers: { ...length, ...headers } });
    outgoing.on('response', resolve);
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Closes the connections that are kept for the next request. */
export function closeConnections(): void {
  agent.destroy();
}
