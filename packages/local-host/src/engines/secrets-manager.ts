import { randomUUID } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import * as z from 'zod';
import { writePrivately } from '../data/write-privately.ts';
import { errorCode } from '../error-code.ts';
import { secretArn } from './secret-arn.ts';

const storedSchema = z.strictObject({
  Name: z.string(),
  VersionId: z.string(),
  SecretString: z.string(),
  /** Epoch seconds. */
  CreatedDate: z.number(),
});

const requestSchema = z.looseObject({
  SecretId: z.string().optional(),
  Name: z.string().optional(),
  SecretString: z.string().optional(),
  ClientRequestToken: z.string().optional(),
});

type Request = z.infer<typeof requestSchema>;

class ServiceError extends Error {
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/**
 * Speaks as much of AWS Secrets Manager's JSON protocol as the functions use: `CreateSecret`, `PutSecretValue`,
 * `GetSecretValue`, `DescribeSecret`. One file per secret, readable by its owner only; a write is whole or absent.
 * @param folder is created when missing.
 */
export async function startSecretsManager(folder: string) {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const operations = secretOperations(folder);
  const server = createServer((request, response) => {
    answer(operations, request, response).catch((error: unknown) => {
      const [status, type] =
        error instanceof ServiceError ? [400, error.type] : [500, 'InternalServiceError'];
      send(response, status, { __type: type, message: error instanceof Error ? error.message : 'failed' });
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

type Operation = (request: Request) => Promise<Record<string, unknown>>;

function secretOperations(folder: string): Readonly<Record<string, Operation>> {
  const file = (name: string) => join(folder, `${encodeURIComponent(name)}.json`);

  async function load(id: string | undefined) {
    const name = id?.startsWith('arn:') ? nameInArn(id) : id;
    if (!name) throw new ServiceError('InvalidParameterException', 'SecretId is missing.');
    try {
      return storedSchema.parse(JSON.parse(await readFile(file(name), 'utf8')));
    } catch (error) {
      if (errorCode(error) === 'ENOENT') {
        throw new ServiceError('ResourceNotFoundException', 'No secret has this name.');
      }
      throw error;
    }
  }

  async function store(name: string, request: Request) {
    const { SecretString } = request;
    if (SecretString === undefined) {
      throw new ServiceError('InvalidRequestException', 'Only SecretString is kept on this machine.');
    }
    const VersionId = request.ClientRequestToken ?? randomUUID();
    await writePrivately(
      file(name),
      JSON.stringify({ Name: name, VersionId, SecretString, CreatedDate: Date.now() / 1000 }),
    );
    return { ARN: secretArn(name), Name: name, VersionId };
  }

  return {
    async CreateSecret(request) {
      if (!request.Name) throw new ServiceError('InvalidParameterException', 'Name is missing.');
      const exists = await load(request.Name).then(
        () => true,
        () => false,
      );
      if (exists) throw new ServiceError('ResourceExistsException', 'A secret has this name already.');
      return store(request.Name, request);
    },
    async PutSecretValue(request) {
      const { Name } = await load(request.SecretId);
      return { ...(await store(Name, request)), VersionStages: ['AWSCURRENT'] };
    },
    async GetSecretValue(request) {
      const secret = await load(request.SecretId);
      return { ARN: secretArn(secret.Name), ...secret, VersionStages: ['AWSCURRENT'] };
    },
    async DescribeSecret(request) {
      const { Name, VersionId, CreatedDate } = await load(request.SecretId);
      return {
        ARN: secretArn(Name),
        Name,
        CreatedDate,
        VersionIdsToStages: { [VersionId]: ['AWSCURRENT'] },
      };
    },
  };
}

/** An ARN ends in the name, a hyphen and six characters that AWS chooses. */
function nameInArn(arn: string): string {
  return arn.slice(arn.lastIndexOf(':') + 1, -7);
}

async function answer(
  operations: Readonly<Record<string, Operation>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const name = String(request.headers['x-amz-target']).replace(/^secretsmanager\./, '');
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (!operation)
    throw new ServiceError('UnknownOperationException', `${name} is not served on this machine.`);
  send(response, 200, await operation(requestSchema.parse(JSON.parse(Buffer.concat(chunks).toString()))));
}

function send(response: ServerResponse, status: number, body: Record<string, unknown>): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
}
