import type { DataKey } from '../data-key.ts';
import type { ObjectBucket } from '../object-bucket.ts';
import type { ProviderKeysKey } from '../provider-keys-key.ts';
import type { RecordsQueue } from '../records-queue.ts';
import type { Secrets } from '../secrets.ts';
import type { Tables } from '../tables.ts';

/** Everything that keeps state, as the functions see it. */
export interface Stores {
  readonly dataKey: DataKey;
  readonly providerKeysKey: ProviderKeysKey;
  readonly tables: Tables;
  readonly records: RecordsQueue;
  readonly objects: ObjectBucket;
  readonly secrets: Secrets;
}
