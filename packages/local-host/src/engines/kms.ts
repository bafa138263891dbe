import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import * as z from 'zod';
import { errorCode } from '../error-code.ts';

/** Below the folder of all local state. */
export const KMS_FOLDER = 'kms';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID = /^[A-Za-z0-9-]{1,128}$/;

const context = z.record(z.string(), z.string()).default({});
const generateSchema = z.looseObject({
  KeyId: z.string(),
  KeySpec: z.literal('AES_256'),
  EncryptionContext: context,
});
const decryptSchema = z.looseObject({
  CiphertextBlob: z.string(),
  KeyId: z.string().optional(),
  EncryptionContext: context,
});
const wrappedSchema = z.strictObject({ key: z.string(), iv: z.string(), data: z.string() });

/** A refusal under the name that KMS gives it. */
class ServiceError extends Error {
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

type Operation = (input: unknown) => Promise<Record<string, unknown>>;

/** Where a master key lies: 32 bytes in base64, made when the template's key is first seen. */
export const keyFile = (folder: string, keyId: string) => join(folder, `${keyId}.key`);

/**
 * Speaks as much of AWS KMS's JSON protocol as the functions use: `GenerateDataKey` and `Decrypt` with an encryption
 * context, which must be the same for both. Master keys are files in `folder`, one for each key of the template; whoever
 * has the folder can open what lies beside it, so it is for its owner only.
 * @param folder is created when missing.
 */
export async function startKms(folder: string) {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const operations = keyOperations(folder);
  const server = createServer((request, response) => {
    answer(operations, request, response).catch((error: unknown) => {
      const refused = error instanceof ServiceError;
      // What else went wrong may quote what was sent.
      const message = refused ? error.message : 'failed';
      send(response, refused ? 400 : 500, {
        __type: refused ? error.type : 'KMSInternalException',
        message,
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function keyOperations(folder: string): Readonly<Record<string, Operation>> {
  async function masterKey(keyId: string): Promise<Buffer> {
    if (!KEY_ID.test(keyId)) throw new ServiceError('NotFoundException', 'No key has this id.');
    try {
      const key = Buffer.from(await readFile(keyFile(folder, keyId), 'utf8'), 'base64');
      if (key.length !== KEY_BYTES)
        throw new ServiceError('KMSInvalidStateException', 'The key file is damaged.');
      return key;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') throw new ServiceError('NotFoundException', 'No key has this id.');
      throw error;
    }
  }

  return {
    async GenerateDataKey(input) {
      const { KeyId, EncryptionContext } = parse(generateSchema, input);
      const key = idOf(KeyId);
      const dataKey = randomBytes(KEY_BYTES);
      const wrapped = wrap(dataKey, await masterKey(key), EncryptionContext);
      return {
        KeyId,
        Plaintext: dataKey.toString('base64'),
        CiphertextBlob: Buffer.from(JSON.stringify({ key, ...wrapped })).toString('base64'),
      };
    },
    async Decrypt(input) {
      const { CiphertextBlob, KeyId, EncryptionContext } = parse(decryptSchema, input);
      const wrapped = readWrapped(CiphertextBlob);
      if (KeyId !== undefined && idOf(KeyId) !== wrapped.key)
        throw new ServiceError('IncorrectKeyException', 'Another key made this.');
      const dataKey = unwrap(wrapped, await masterKey(wrapped.key), EncryptionContext);
      return {
        KeyId: wrapped.key,
        Plaintext: dataKey.toString('base64'),
        EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      };
    },
  };
}

/** `arn:aws:kms:…:key/<id>`, or the id alone. */
const idOf = (keyId: string) => keyId.replace(/^arn:.*:key\//, '');

type Context = Readonly<Record<string, string>>;

/** The order of its pairs says nothing, so that it must not matter. */
const boundTo = (pairs: Context) =>
  Buffer.from(JSON.stringify(Object.entries(pairs).toSorted(([a], [b]) => (a < b ? -1 : 1))));

function wrap(dataKey: Buffer, key: Buffer, pairs: Context) {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES }).setAAD(boundTo(pairs));
  const data = Buffer.concat([cipher.update(dataKey), cipher.final(), cipher.getAuthTag()]);
  return { iv: iv.toString('base64'), data: data.toString('base64') };
}

function unwrap({ iv, data }: z.infer<typeof wrappedSchema>, key: Buffer, pairs: Context): Buffer {
  const bytes = Buffer.from(data, 'base64');
  try {
    const decipher = createDecipheriv(CIPHER, key, Buffer.from(iv, 'base64'), { authTagLength: TAG_BYTES });
    decipher.setAAD(boundTo(pairs)).setAuthTag(bytes.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]);
  } catch {
    // Damaged, or made with another context: KMS does not tell the two apart either.
    throw new ServiceError('InvalidCiphertextException', '');
  }
}

function readWrapped(blob: string): z.infer<typeof wrappedSchema> {
  try {
    return wrappedSchema.parse(JSON.parse(Buffer.from(blob, 'base64').toString('utf8')));
  } catch {
    throw new ServiceError('InvalidCiphertextException', '');
  }
}

function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new ServiceError('ValidationException', 'A parameter is missing or wrong.');
}

async function answer(
  operations: Readonly<Record<string, Operation>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const name = String(request.headers['x-amz-target']).replace(/^TrentService\./, '');
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  const input: unknown = await json(request);
  if (!operation)
    throw new ServiceError('UnknownOperationException', `${name} is not served on this machine.`);
  send(response, 200, await operation(input));
}

function send(response: ServerResponse, status: number, body: Record<string, unknown>): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
}
