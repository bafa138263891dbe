import { epochMs } from '@weir/core';
import { createBucket } from '@weir/stores/bucket';
import { createKeyUses } from '@weir/stores/key-uses';
import { createLogStore, createLogsClient } from '@weir/stores/logs';
import { createTotalsRecount } from '@weir/stores/totals';
import { createLogConsumer } from './create-log-consumer.ts';
import { writeLine } from './report.ts';

const clock = { now: () => epochMs(Date.now()) };
const bucket = createBucket({ bucket: required('WEIR_BUCKET') });
const table = required('WEIR_LOGS_TABLE');
const client = createLogsClient();
const logs = createLogStore({ client, table, bucket, clock });

/** The log plane: stores records from the queue; on its schedule those that the queue refused, and counts totals. */
export const handler = createLogConsumer({
  logs,
  totals: createTotalsRecount({ client, table, clock }),
  keyUses: createKeyUses({ table }),
  bucket,
  report: writeLine,
});

/** Read while the module loads: hosts that run several functions swap the environment around each import. */
function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`the function needs the environment variable ${name}`);
  return value;
}
