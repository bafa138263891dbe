import { type RawRequest, sendRaw } from '@weir/testkit/http';
import type { WeirContender } from '../contenders/weir.ts';
import { type Handlers, newChat } from './handlers.ts';
import { createGateway } from './manage.ts';

export const AT_ONCE = 200;
const GATEWAY = 'coalesced';

/** What identical requests at the same time came to, in one round. */
export interface CoalescedRound {
  readonly upstreamCalls: number;
  /** Answers that succeeded, came whole and say what the first one says. */
  readonly equalAnswers: number;
}

export interface Coalescing {
  readonly whole: readonly CoalescedRound[];
  readonly streamed: readonly CoalescedRound[];
}

/** The gateway that {@link measureCoalescing} asks. */
export const createCoalesced = (weir: WeirContender): Promise<void> =>
  createGateway(weir, GATEWAY, { collect_logs: false, cache_ttl: 3_600, cache_coalesce: true });

export async function measureCoalescing(handlers: Handlers, rounds: number): Promise<Coalescing> {
  const ask = {
    whole: () => newChat(handlers, { gateway: GATEWAY }),
    // So slow that all others come while it runs.
    streamed: () => newChat(handlers, { gateway: GATEWAY, streamed: true, events: { chunks: 20, pace: 40 } }),
  };
  await sendAtOnce(handlers, ask.whole());
  const [whole, streamed]: [CoalescedRound[], CoalescedRound[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    whole.push(await coalesced(handlers, ask.whole()));
    streamed.push(await coalesced(handlers, ask.streamed()));
  }
  return { whole, streamed };
}

async function coalesced(handlers: Handlers, request: RawRequest): Promise<CoalescedRound> {
  handlers.upstream.requests.clear();
  const answers = await sendAtOnce(handlers, request);
  const good = answers.filter(({ status, failure }) => status === 200 && failure === null);
  const [first] = good;
  return {
    upstreamCalls: handlers.upstream.requests.total,
    equalAnswers: good.filter(({ body }) => first?.body.equals(body)).length,
  };
}

const sendAtOnce = ({ at }: Handlers, request: RawRequest) =>
  Promise.all(Array.from({ length: AT_ONCE }, (_, index) => sendRaw(at[index % at.length] ?? '', request)));
