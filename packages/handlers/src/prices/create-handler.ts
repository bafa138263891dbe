import middy from '@middy/core';
import * as z from 'zod';
import { type RefreshPorts, refreshPrices } from './refresh-prices.ts';

const scheduledEvent = z.object({ source: z.literal('aws.events') });

/** The function over whatever keeps price books: a round of its schedule. */
export function createPricesHandler(ports: RefreshPorts) {
  return middy<unknown, null>().handler(async (event: unknown) => {
    if (!scheduledEvent.safeParse(event).success) throw new Error('the event is not the schedule’s');
    await refreshPrices(ports);
    return null;
  });
}
