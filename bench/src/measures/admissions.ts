import { sendMany, tally } from '@weir/testkit/http';
import { earlyInWindow } from '@weir/testkit/limits';
import type { WeirContender } from '../contenders/weir.ts';
import { type Handlers, newChat } from './handlers.ts';
import { createGateway } from './manage.ts';

export const LIMIT = 100;
export const REQUESTS = 2_000;
export const CONCURRENCY = 64;
/** Seconds. */
export const INTERVAL = 60;
const TECHNIQUES = ['fixed', 'sliding'] as const;

/** Requests that a limit let through, by its technique. */
export type Admissions = Readonly<Record<(typeof TECHNIQUES)[number], number>>;

/** The gateways that {@link measureAdmissions} asks: one that counts and one to warm up with, for each technique. */
export async function createLimited(weir: WeirContender): Promise<void> {
  for (const technique of TECHNIQUES)
    for (const gateway of [`warm-${technique}`, `exact-${technique}`])
      await createGateway(weir, gateway, {
        collect_logs: false,
        rate_limiting_limit: LIMIT,
        rate_limiting_interval: INTERVAL,
        rate_limiting_technique: technique,
      });
}

/** @throws when an answer is neither let through nor refused, or the provider was called another number of times. */
export async function measureAdmissions(handlers: Handlers): Promise<Admissions> {
  for (const technique of TECHNIQUES) await send(handlers, `warm-${technique}`, CONCURRENCY * 2);
  const sliding = await admitted(handlers, 'exact-sliding');
  await earlyInWindow(INTERVAL * 1_000);
  return { fixed: await admitted(handlers, 'exact-fixed'), sliding };
}

async function admitted(handlers: Handlers, gateway: string): Promise<number> {
  handlers.upstream.requests.clear();
  const { 200: through = 0, 429: refused = 0, ...others } = tally(await send(handlers, gateway, REQUESTS));
  const calls = handlers.upstream.requests.total;
  if (through + refused !== REQUESTS || calls !== through)
    throw new Error(
      `${gateway}: ${through} through, ${refused} refused, ${JSON.stringify(others)}; ${calls} calls`,
    );
  return through;
}

const send = (handlers: Handlers, gateway: string, count: number) =>
  sendMany(newChat(handlers, { gateway }), { at: handlers.at, count, concurrency: CONCURRENCY });
