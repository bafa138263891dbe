import type { Bucket } from '@weir/stores/bucket';
import { inParallel } from '@weir/stores/logs';
import { describeError } from './report.ts';
import { readSetAside } from './set-aside-record.ts';
import { type RecordPorts, storeRecord } from './store-record.ts';

export interface SpillPorts extends RecordPorts {
  readonly bucket: Pick<Bucket, 'list' | 'get' | 'delete'>;
}

const SPILL = 'spill/';
const KEYS_PER_PAGE = 100;
/** A spilled record can have 100 MB while it is worked on. */
const AT_ONCE = 2;

/**
 * Stores the records that the queue refused and deletes their objects, as long as `mayGoOn`. What cannot be stored
 * stays where it is, is told, and stops no other. Safe to run twice at once.
 *
 * @returns how many could not be stored.
 */
export async function drainSpill(ports: SpillPorts, mayGoOn: () => boolean): Promise<number> {
  const { bucket, report } = ports;
  let failures = 0;
  const drain = async (key: string): Promise<void> => {
    if (!mayGoOn()) return;
    try {
      const record = await readSetAside(bucket, key);
      if (record === null) return;
      await storeRecord(record, ports);
      await bucket.delete(key);
    } catch (error) {
      failures += 1;
      report({ level: 'error', event: 'spilled-record-not-stored', key, ...describeError(error) });
    }
  };
  let after: string | null = SPILL;
  while (after !== null && mayGoOn()) {
    const page = await bucket.list(SPILL, { after, limit: KEYS_PER_PAGE });
    await inParallel(page.keys, AT_ONCE, drain);
    after = page.next;
  }
  return failures;
}
