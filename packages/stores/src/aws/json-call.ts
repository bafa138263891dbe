import http, { type ClientRequest } from 'node:http';
import https from 'node:https';
import { type ClientOptions, connectionOf, type Patience } from './client-settings.ts';
import { RequestSigner } from './request-signer.ts';

/** The service answered with an error; the name is the service's own, such as `QueueDoesNotExist`. */
export class ServiceError extends Error {
  /** HTTP's. */
  readonly status: number;

  constructor(name: string, message: string, status: number) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

class CallTimeout extends Error {
  override readonly name = 'TimeoutError';
}

/** A kept connection that was closed, most likely while nobody looked. */
class StaleConnection extends Error {}

export interface JsonCallOptions {
  /** As endpoints and credential scopes name it. */
  readonly service: 'sqs' | 'dynamodb' | 'kms';
  /** What precedes the operation in `x-amz-target`. */
  readonly targetPrefix: string;
  /** Where the service is, unless options or environment say otherwise. */
  readonly endpoint: string | ((region: string, fips: boolean) => string);
  readonly patience: Patience;
  /** A longer answer is none of ours. Bytes; 1 MiB unless said otherwise. */
  readonly largestAnswer?: number;
  /** Of the JSON protocol; 1.0 unless said otherwise. */
  readonly version?: '1.0' | '1.1';
}

const MEBIBYTE = 1024 * 1024;

/** All calls of a process share their connections, whichever store makes them: each costs a handshake. */
const KEPT = { keepAlive: true, maxSockets: 64 };
const AGENTS = { http: new http.Agent(KEPT), https: new https.Agent(KEPT) };

/**
 * Calls of one AWS service that speaks JSON, for a path where the SDK's general machinery costs more than the work:
 * one attempt, signed with the environment's credentials, over kept-alive connections
 * (packages/core/decisions/2026-11-23-hand-off-without-the-sdk.md).
 */
export class JsonCall {
  readonly #url: URL;
  readonly #targetPrefix: string;
  readonly #contentType: string;
  readonly #patience: Patience;
  readonly #largestAnswer: number;
  readonly #signer: RequestSigner;
  readonly #agent: http.Agent;
  readonly #request: typeof https.request;

  /** @throws when neither the options nor the environment say region and credentials. */
  constructor(
    { service, targetPrefix, endpoint, patience, largestAnswer = MEBIBYTE, version = '1.0' }: JsonCallOptions,
    options: ClientOptions = {},
  ) {
    const { region, credentials, fips, endpoint: chosen } = connectionOf(service, options);
    this.#url = new URL(chosen ?? (typeof endpoint === 'string' ? endpoint : endpoint(region, fips)));
    this.#targetPrefix = targetPrefix;
    this.#contentType = `application/x-amz-json-${version}`;
    this.#patience = options.patience ?? patience;
    this.#largestAnswer = largestAnswer;
    this.#signer = new RequestSigner({ region, credentials, service, host: this.#url.host });
    const isPlain = this.#url.protocol === 'http:';
    this.#agent = isPlain ? AGENTS.http : AGENTS.https;
    this.#request = isPlain ? http.request : https.request;
  }

  /**
   * A call whose kept connection turns out to be closed is made again over a new one, so that the service may see it
   * twice.
   * @param body JSON.
   * @returns the answer's JSON.
   * @throws an error with the service's own error name, or whatever kept the service from answering in time.
   */
  async send(operation: string, body: string): Promise<unknown> {
    const bytes = Buffer.from(body);
    try {
      return await this.#once(operation, bytes, this.#agent);
    } catch (error) {
      if (error instanceof StaleConnection) return this.#once(operation, bytes, false);
      throw error;
    }
  }

  #once(operation: string, body: Buffer, agent: http.Agent | false): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const call = this.#begin(operation, body, agent);
      const { connect, answer } = this.#patience;
      let over = false;
      const giveUp = (what: string) => {
        if (!over) call.destroy(new CallTimeout(what));
      };
      // What arrived while this process was busy is read before anybody gives up.
      const afterReading = (run: () => void) => () => setImmediate(run);
      const onSilence = () => giveUp(`no answer within ${answer} ms`);
      const timer = setTimeout(afterReading(onSilence), answer);
      call.on('socket', (socket) => {
        if (!socket.connecting) return;
        const onDelay = () => {
          if (socket.connecting) giveUp(`no connection within ${connect} ms`);
        };
        const connecting = setTimeout(afterReading(onDelay), connect);
        const stop = () => clearTimeout(connecting);
        socket.once('connect', stop).once('close', stop);
      });
      call.on('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        const broken = error.code === 'ECONNRESET' || error.code === 'EPIPE';
        reject(broken && call.reusedSocket ? new StaleConnection('stale', { cause: error }) : error);
      });
      call.on('response', (message) => {
        const chunks: Buffer[] = [];
        let size = 0;
        message.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          size += chunk.length;
          if (size > this.#largestAnswer) message.destroy(new Error('the answer is too large'));
        });
        message.on('error', reject);
        message.on('close', () => {
          over = true;
          clearTimeout(timer);
        });
        message.on('end', () => {
          try {
            resolve(readAnswer(message.statusCode ?? 0, Buffer.concat(chunks, size).toString()));
          } catch (error) {
            reject(error);
          }
        });
      });
      call.end(body);
    });
  }

  #begin(operation: string, body: Buffer, agent: http.Agent | false): ClientRequest {
    const { host, hostname, port } = this.#url;
    const target = `${this.#targetPrefix}.${operation}`;
    const signed = this.#signer.sign(this.#contentType, target, body, Date.now());
    const named = ['host', host, 'content-type', this.#contentType, 'x-amz-target', target];
    // A flat list is sent as it is; a map of headers is checked and copied one by one.
    const headers = [...named, 'content-length', String(body.length), ...signed];
    return this.#request({ method: 'POST', host: unbracketed(hostname), port, path: '/', headers, agent });
  }
}

/** URLs write IPv6 addresses in brackets; sockets take them bare. */
const unbracketed = (hostname: string) => hostname.replace(/^\[|\]$/g, '');

function readAnswer(status: number, text: string): unknown {
  if (status === 200) return JSON.parse(text);
  const { name, message } = faultIn(text);
  throw new ServiceError(name ?? `Http${status}`, message ?? `status ${status}`, status);
}

/** Of `com.amazonaws.sqs#QueueDoesNotExist` the part behind the namespace. */
function faultIn(text: string): { readonly name?: string; readonly message?: string } {
  try {
    const fault: unknown = JSON.parse(text);
    if (typeof fault !== 'object' || fault === null) return {};
    const { __type: type, message, Message } = fault as Record<string, unknown>;
    const said = message ?? Message;
    return {
      ...(typeof type === 'string' ? { name: type.replace(/^.*#/, '') } : {}),
      ...(typeof said === 'string' ? { message: said } : {}),
    };
  } catch {
    // Something in between answered, and not in JSON: the status is all there is to say.
    return {};
  }
}
