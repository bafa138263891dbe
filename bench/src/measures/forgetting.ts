import { setTimeout as sleep } from 'node:timers/promises';
import { type RawRequest, sendRaw } from '@weir/testkit/http';
import type { WeirContender } from '../contenders/weir.ts';
import { answeredOtherwise, type Handlers, newChat } from './handlers.ts';
import { createGateway, manage } from './manage.ts';

/**
 * For each round: the last moment at which a request was sent that got an old answer, of whichever process; 0: none did.
 * In seconds since the management API had answered.
 */
export interface Forgetting {
  /** From when on the processes are asked, all the time: what one that rested remembers is older than a busy one's. */
  readonly askedFrom: readonly number[];
  readonly purge: readonly number[];
  readonly settingsChange: readonly number[];
}

const GATEWAYS = { purge: 'purged', settingsChange: 'changed' } as const;
const OLD = { text: 12 };
const NEW = { text: 13 };

/** Longer than an old answer may be given, so that one that is given too late is seen. */
const WATCH_MS = 6_000;
const PAUSE_MS = 40;
const TRIES = 250;

/** The gateways that {@link measureForgetting} asks. */
export async function createForgetful(weir: WeirContender): Promise<void> {
  for (const gateway of Object.values(GATEWAYS))
    await createGateway(weir, gateway, {
      collect_logs: false,
      cache_ttl: 3_600,
      cache_invalidate_on_update: true,
    });
}

export async function measureForgetting(handlers: Handlers, quick: boolean): Promise<Forgetting> {
  const { weir } = handlers;
  const askedFrom = quick ? [0, 4, 5] : [0, 2, 3, 4, 4.5, 5];
  const rounds = async (gateway: string, change: (round: number) => Promise<void>) => {
    const last: number[] = [];
    for (const [round, from] of askedFrom.entries())
      last.push(await lastStale(handlers, gateway, () => change(round), from * 1_000));
    return last;
  };
  const [purge, settingsChange] = await Promise.all([
    rounds(GATEWAYS.purge, () => manage(weir, `/${GATEWAYS.purge}/cache/purge`, {})),
    rounds(GATEWAYS.settingsChange, (round) =>
      manage(weir, `/${GATEWAYS.settingsChange}`, { retry_delay: round + 1 }, 'PUT'),
    ),
  ]);
  return { askedFrom, purge, settingsChange };
}

async function lastStale(
  handlers: Handlers,
  gateway: string,
  change: () => Promise<void>,
  pause: number,
): Promise<number> {
  const request = newChat(handlers, { gateway, streamed: true, events: OLD });
  const old = await Promise.all(handlers.at.map((baseUrl) => cachedAt(baseUrl, request)));
  const [stale = Buffer.alloc(0)] = old;
  const again = answeredOtherwise(request, NEW);
  await change();
  const changedAt = performance.now();
  await sleep(pause);
  const last = await Promise.all(
    handlers.at.map((baseUrl) => watch({ baseUrl, request: again, stale, changedAt })),
  );
  return Math.max(...last);
}

/** Asks until the answer comes from the cache: it is stored beside the caller's way. */
async function cachedAt(baseUrl: string, request: RawRequest): Promise<Buffer> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { headers, body } = await sendRaw(baseUrl, request);
    if (headers['cf-aig-cache-status'] === 'HIT') return body;
    await sleep(PAUSE_MS);
  }
  throw new Error(`${request.path}: no answer came from the cache`);
}

interface Watch {
  readonly baseUrl: string;
  readonly request: RawRequest;
  /** The provider does not say this any more. */
  readonly stale: Buffer;
  readonly changedAt: number;
}

async function watch({ baseUrl, request, stale, changedAt }: Watch): Promise<number> {
  let last = 0;
  for (;;) {
    const sentAt = performance.now() - changedAt;
    if (sentAt > WATCH_MS) return last;
    const { status, body } = await sendRaw(baseUrl, request);
    if (status !== 200) throw new Error(`${request.path}: ${status} ${body}`);
    if (body.equals(stale)) last = sentAt / 1_000;
    await sleep(PAUSE_MS);
  }
}
