import type { RequestRecord } from '../record/request-record.ts';

/** Hands finished records to the log plane. */
export interface RecordSink {
  /**
   * Resolves once the record is durable outside this process: in the queue, or, when the queue refuses, in the bucket's
   * spill prefix. If both refuse, the record goes to the error log as one structured line; it never throws.
   */
  put(record: RequestRecord): Promise<void>;
}
