import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, ListTablesCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import type { RequestRecord } from '@weir/core';
import { eventually } from './eventually.ts';

/** A record that should not be there would come within this time. */
const LATE_MS = 300;

/** A record as the table keeps it: its bodies lie elsewhere. */
export type StoredRecord = Omit<RequestRecord, 'requestBody' | 'responseBody'>;

/**
 * The records of all accounts and gateways, read from the table itself: requests that name no gateway leave records
 * that no log API shows.
 */
export class StoredRecords {
  readonly #client: DynamoDBClient;
  #table: string | null = null;

  /** The host's process environment names the engine, so make this while the host runs. */
  constructor() {
    this.#client = new DynamoDBClient({});
  }

  async all(): Promise<StoredRecord[]> {
    this.#table ??= await this.#findTable();
    const records: StoredRecord[] = [];
    const pages = paginateScan({ client: this.#client }, { TableName: this.#table });
    for await (const { Items = [] } of pages)
      for (const { record } of Items) if (record?.S !== undefined) records.push(JSON.parse(record.S));
    return records;
  }

  /** How many records each event has. */
  async countByEvent(): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for (const { eventId } of await this.all()) counts.set(eventId, (counts.get(eventId) ?? 0) + 1);
    return counts;
  }

  /** Waits until that many events have a record, and then for late ones that would be too many. */
  async settled(events: number): Promise<ReadonlyMap<string, number>> {
    await eventually(`records of ${events} events`, async () =>
      (await this.countByEvent()).size >= events ? true : null,
    );
    await sleep(LATE_MS);
    const counts = await this.countByEvent();
    if (counts.size !== events) throw new Error(`records of ${counts.size} events instead of ${events}`);
    return counts;
  }

  /** Waits for the event's record. */
  of(eventId: string): Promise<StoredRecord> {
    return eventually(
      `the record of ${eventId}`,
      async () => (await this.all()).find((record) => record.eventId === eventId) ?? null,
    );
  }

  close(): void {
    this.#client.destroy();
  }

  async #findTable(): Promise<string> {
    const { TableNames = [] } = await this.#client.send(new ListTablesCommand({}));
    const table = TableNames.find((name) => name.includes('LogsTable'));
    if (table === undefined) throw new Error(`no logs table among ${TableNames.join(', ')}`);
    return table;
  }
}
