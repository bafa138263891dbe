import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { StoreUnavailable } from '@weir/core';
import { ask } from '../aws/ask.ts';
import { type ClientOptions, clientSettings, type Patience } from '../aws/client-settings.ts';
import type { Bucket, BucketPage } from './bucket.ts';

/** Objects may be megabytes, and nobody waits for them but the record itself. */
const OFF_PATH: Patience = { connect: 1_000, answer: 5_000, attempts: 3 };

/** The service's own limit. */
const DELETES_PER_CALL = 1_000;

/** One per process: it keeps its connections. */
export function createS3Client(options: ClientOptions = {}): S3Client {
  const settings = clientSettings('s3', OFF_PATH, options);
  // Names of buckets as host names resolve at AWS only.
  return new S3Client({ ...settings, forcePathStyle: settings.endpoint !== undefined });
}

class S3Bucket implements Bucket {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor({ client, bucket }: { readonly client: S3Client; readonly bucket: string }) {
    this.#client = client;
    this.#bucket = bucket;
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const command = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      Body: bytes,
      ContentType: key.endsWith('.gz') ? 'application/gzip' : 'application/octet-stream',
    });
    await ask('write to the bucket', () => this.#client.send(command));
  }

  async get(key: string): Promise<Uint8Array | null> {
    const command = new GetObjectCommand({ Bucket: this.#bucket, Key: key });
    return ask('read from the bucket', async () => {
      try {
        const { Body } = await this.#client.send(command);
        return Body ? await Body.transformToByteArray() : new Uint8Array();
      } catch (error) {
        if (error instanceof Error && error.name === 'NoSuchKey') return null;
        throw error;
      }
    });
  }

  async delete(key: string): Promise<void> {
    const command = new DeleteObjectCommand({ Bucket: this.#bucket, Key: key });
    await ask('delete from the bucket', () => this.#client.send(command));
  }

  async deleteAll(keys: readonly string[]): Promise<void> {
    for (let start = 0; start < keys.length; start += DELETES_PER_CALL) {
      const command = new DeleteObjectsCommand({
        Bucket: this.#bucket,
        Delete: {
          Quiet: true,
          Objects: keys.slice(start, start + DELETES_PER_CALL).map((key) => ({ Key: key })),
        },
      });
      const { Errors: failures = [] } = await ask('delete from the bucket', () => this.#client.send(command));
      const [first] = failures;
      if (first)
        throw new StoreUnavailable(`cannot delete from the bucket: ${first.Code ?? 'no reason given'}`);
    }
  }

  async list(
    prefix: string,
    { after, limit = 1_000 }: { readonly after?: string; readonly limit?: number } = {},
  ): Promise<BucketPage> {
    const command = new ListObjectsV2Command({
      Bucket: this.#bucket,
      Prefix: prefix,
      MaxKeys: limit,
      ...(after === undefined ? {} : { StartAfter: after }),
    });
    const page = await ask('list the bucket', () => this.#client.send(command));
    const keys = (page.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key]));
    return { keys, next: page.IsTruncated ? (keys.at(-1) ?? null) : null };
  }
}

/** The bucket on S3. */
export function createBucket({
  bucket,
  client = createS3Client(),
}: {
  readonly bucket: string;
  readonly client?: S3Client;
}): Bucket {
  return new S3Bucket({ client, bucket });
}
