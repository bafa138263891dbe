import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** What it was asked, as CloudTrail would show it. */
export interface KmsCall {
  readonly operation: string;
  readonly context: Readonly<Record<string, string>>;
}

/** As much of AWS KMS on a real socket as stored keys need. Its wrapped keys are numbers of what it remembers. */
export interface KmsEngine {
  readonly endpoint: string;
  /** The one master key. */
  readonly key: string;
  readonly calls: KmsCall[];
  /** Every call breaks off. */
  isDown: boolean;
  /** Each of the next calls gets one of these instead of its answer. */
  readonly refusals: { readonly status: number; readonly type: string }[];
  [Symbol.asyncDispose](): Promise<void>;
}

interface Input {
  readonly KeyId?: string;
  readonly CiphertextBlob?: string;
  readonly EncryptionContext?: Readonly<Record<string, string>>;
}

export async function startKmsEngine(): Promise<KmsEngine> {
  const key = 'arn:aws:kms:eu-west-1:123456789012:key/provider-keys';
  const made = new Map<string, { readonly plaintext: string; readonly context: string }>();
  const nameOf = (context: Input['EncryptionContext'] = {}) =>
    JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1)));

  const operations: Readonly<Record<string, (input: Input) => object | string>> = {
    GenerateDataKey(input) {
      if (input.KeyId !== key) return 'NotFoundException';
      const plaintext = randomBytes(32).toString('base64');
      const wrapped = createHash('sha256').update(plaintext).digest('base64');
      made.set(wrapped, { plaintext, context: nameOf(input.EncryptionContext) });
      return { CiphertextBlob: wrapped, KeyId: key, Plaintext: plaintext };
    },
    Decrypt(input) {
      const found = made.get(input.CiphertextBlob ?? '');
      if (!found || found.context !== nameOf(input.EncryptionContext)) return 'InvalidCiphertextException';
      return { KeyId: key, Plaintext: found.plaintext, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const input = (await json(request)) as Input;
    const operation = String(request.headers['x-amz-target']).replace(/^TrentService\./, '');
    engine.calls.push({ operation, context: input.EncryptionContext ?? {} });
    const refusal = engine.refusals.shift();
    if (engine.isDown) return void request.socket.destroy();
    const said = refusal?.type ?? operations[operation]?.(input) ?? 'UnknownOperationException';
    const status = refusal?.status ?? (typeof said === 'string' ? 400 : 200);
    const isJson11 = request.headers['content-type'] === 'application/x-amz-json-1.1';
    const body = typeof said === 'string' ? { __type: said, message: 'refused' } : said;
    response.writeHead(isJson11 ? status : 415, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(body));
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const engine: KmsEngine = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    key,
    calls: [],
    isDown: false,
    refusals: [],
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return engine;
}
