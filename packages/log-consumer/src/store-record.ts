import type { GatewayId, KeyUses, LogStore, RequestRecord } from '@weir/core';
import { assembledRecord } from './assembled-record.ts';
import { describeError, type Report } from './report.ts';

export interface RecordPorts {
  readonly logs: Pick<LogStore, 'put'>;
  readonly keyUses: Pick<KeyUses, 'note'>;
  readonly report: Report;
}

/** Stores the record, and what it tells about the stored key that it was made with. Safe to repeat. */
export async function storeRecord(
  record: RequestRecord,
  { logs, keyUses, report }: RecordPorts,
): Promise<void> {
  await logs.put(assembledRecord(record, report));
  const { account, gateway, keyId, createdAt } = record;
  if (keyId === undefined || account === '~') return;
  try {
    await keyUses.note(account, gateway as GatewayId, keyId, createdAt);
  } catch (error) {
    // The record is stored, and the key's next use tells the same.
    report({ level: 'warn', event: 'key-use-not-noted', record: record.id, ...describeError(error) });
  }
}
