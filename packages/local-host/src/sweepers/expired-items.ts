import { type Call, EngineError } from '../engines/aws-json.ts';

/** A table whose items carry the second at which they expire. */
export interface ExpiringTable {
  readonly table: string;
  /** Names of the key attributes. */
  readonly keys: readonly string[];
  /** Name of the attribute that holds epoch seconds. */
  readonly attribute: string;
}

/** Small pages, so that a sweep of a large table never holds the engine for long. */
const PAGE = 200;

/**
 * Deletes the items of a table whose time has come. An item that was renewed between the read and the delete stays.
 * @returns how many were deleted.
 */
export async function sweepExpiredItems(
  call: Call,
  { table, keys, attribute }: ExpiringTable,
  signal: AbortSignal,
): Promise<number> {
  const names = Object.fromEntries(keys.map((key, index) => [`#k${index}`, key]));
  const now = { ':now': { N: String(Math.floor(Date.now() / 1000)) } };
  const expired = '#ttl <= :now';
  let deleted = 0;
  let from: unknown;
  do {
    const page = await call('Scan', {
      TableName: table,
      Limit: PAGE,
      FilterExpression: expired,
      ProjectionExpression: Object.keys(names).join(', '),
      ExpressionAttributeNames: { ...names, '#ttl': attribute },
      ExpressionAttributeValues: now,
      ...(from ? { ExclusiveStartKey: from } : {}),
    });
    from = page.LastEvaluatedKey;
    for (const Key of page.Items as unknown[]) {
      if (signal.aborted) return deleted;
      const removed = await call('DeleteItem', {
        TableName: table,
        Key,
        ConditionExpression: expired,
        ExpressionAttributeNames: { '#ttl': attribute },
        ExpressionAttributeValues: now,
      }).then(() => true, unlessRenewed);
      if (removed) deleted += 1;
    }
  } while (from && !signal.aborted);
  return deleted;
}

function unlessRenewed(error: unknown): false {
  if (error instanceof EngineError && error.type === 'ConditionalCheckFailedException') return false;
  throw error;
}
