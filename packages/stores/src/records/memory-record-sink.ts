import type { RecordSink, RequestRecord } from '@weir/core';

/** Keeps records in memory, in the order in which they came. */
export class MemoryRecordSink implements RecordSink {
  readonly records: RequestRecord[] = [];

  async put(record: RequestRecord): Promise<void> {
    this.records.push(record);
  }
}
