import { eventually } from './eventually.ts';
import type { RunningGateway } from './running-gateway.ts';

/** A bucket as `GET …/spend` shows it; money in dollars. */
export interface ShownBucket {
  readonly rule: string;
  readonly bucket: string | null;
  readonly limit: number;
  readonly spent: number;
  readonly reserved: number;
  readonly remaining: number;
  readonly reset_at: string | null;
}

export async function spendOf(gateway: RunningGateway, id: string): Promise<readonly ShownBucket[]> {
  return (await gateway.manage('GET', `ai-gateway/gateways/${id}/spend`)).result as ShownBucket[];
}

/** Waits until nothing is reserved: requests are settled after their last byte. */
export const settledSpend = (gateway: RunningGateway, id: string): Promise<readonly ShownBucket[]> =>
  eventually('everything to be settled', async () => {
    const buckets = await spendOf(gateway, id);
    return buckets.every(({ reserved }) => reserved === 0) ? buckets : null;
  });

/** One limit in dollars for everything, and a price for each request or token of any model. */
export const limitedTo = (
  limit: number,
  rates: Readonly<Record<string, string>>,
  rule: Readonly<Record<string, unknown>> = {},
) => ({
  prices: [{ provider: 'openai', model: '*', rates }],
  spend_limits: {
    enabled: true,
    rules: [{ id: 'all', limit, limitType: 'cost', window: 86_400, ...rule }],
  },
});
