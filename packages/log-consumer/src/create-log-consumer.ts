import middy from '@middy/core';
import type { KeyUses, LogStore } from '@weir/core';
import type { Bucket } from '@weir/stores/bucket';
import * as z from 'zod';
import { drainSpill } from './drain-spill.ts';
import type { Report } from './report.ts';
import { storeBatch } from './store-batch.ts';

export interface LogConsumerPorts {
  readonly logs: Pick<LogStore, 'put'> & {
    /** Removes what deleted gateways have logged, as long as `mayGoOn`. */
    sweepDeletedGateways(mayGoOn: () => boolean): Promise<number>;
  };
  readonly totals: {
    /** Counts minutes whose records have changed, as long as `mayGoOn`. */
    round(mayGoOn: () => boolean): Promise<number>;
  };
  readonly keyUses: Pick<KeyUses, 'note'>;
  readonly bucket: Pick<Bucket, 'list' | 'get' | 'delete'>;
  readonly report: Report;
}

/** Of Lambda's context. */
interface Invocation {
  getRemainingTimeInMillis(): number;
}

/** What SQS reads: these messages come again, the others are done. */
interface BatchAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

const consumerEvent = z.union([
  z.object({ Records: z.array(z.object({ messageId: z.string(), body: z.string() })) }),
  z.object({ source: z.literal('aws.events') }),
]);

/** What is under way when the time is up must still end in order. Milliseconds. */
const RESERVE = 20_000;

/** The function over whatever keeps records: a batch of the records queue, or the round of its schedule. */
export function createLogConsumer(ports: LogConsumerPorts) {
  return middy<unknown, BatchAnswer | null>().handler(async (event: unknown, invocation: Invocation) => {
    const parsed = consumerEvent.safeParse(event);
    if (!parsed.success)
      throw new Error('the event is neither a batch of the records queue nor the schedule’s');
    if ('Records' in parsed.data) {
      const failed = await storeBatch(parsed.data.Records, ports);
      return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
    }
    await makeRound(ports, () => invocation.getRemainingTimeInMillis() > RESERVE);
    return null;
  });
}

/** Every part gets its turn; a fault of any fails the invocation, which is what raises the alarm. */
async function makeRound(ports: LogConsumerPorts, mayGoOn: () => boolean): Promise<void> {
  const [spill] = await Promise.allSettled([drainSpill(ports, mayGoOn)]);
  const [totals] = await Promise.allSettled([ports.totals.round(mayGoOn)]);
  const [sweep] = await Promise.allSettled([ports.logs.sweepDeletedGateways(mayGoOn)]);
  if (spill.status === 'rejected') throw spill.reason;
  if (totals.status === 'rejected') throw totals.reason;
  if (sweep.status === 'rejected') throw sweep.reason;
  if (spill.value > 0) throw new Error(`${spill.value} spilled records could not be stored`);
}
