export interface ExpiryRule {
  readonly bucket: string;
  readonly prefix: string;
  readonly days: number;
}

const DAY_MS = 86_400_000;

/** Deletes the objects that are older than the rules allow. S3 does it within days, this at every sweep. */
export async function sweepExpiredObjects(
  endpoint: string,
  rules: readonly ExpiryRule[],
  signal: AbortSignal,
): Promise<void> {
  // Loaded at the first sweep: the start of the host does not wait for it.
  const { S3Client, paginateListObjectsV2, DeleteObjectsCommand } = await import('@aws-sdk/client-s3');
  const client = new S3Client({ endpoint, forcePathStyle: true });
  try {
    for (const { bucket, prefix, days } of rules) {
      const before = Date.now() - days * DAY_MS;
      for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
        if (signal.aborted) return;
        const Objects = (page.Contents ?? [])
          .filter(({ LastModified }) => LastModified !== undefined && LastModified.getTime() < before)
          .map(({ Key }) => ({ Key }));
        if (Objects.length > 0)
          await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
      }
    }
  } finally {
    client.destroy();
  }
}
