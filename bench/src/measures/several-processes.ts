import { type FaultUpstream, startFaultUpstream } from '@weir/testkit';
import { DYNAMODB_LOCAL, moveTables, startHandlers } from '@weir/testkit/handlers';
import { closeConnections } from '@weir/testkit/http';
import type { WeirContender } from '../contenders/weir.ts';
import { type Admissions, createLimited, measureAdmissions } from './admissions.ts';
import { type Coalescing, createCoalesced, measureCoalescing } from './coalescing.ts';
import { createForgetful, type Forgetting, measureForgetting } from './forgetting.ts';
import type { Handlers } from './handlers.ts';
import { playSlidingSchedules, type SlidingSchedules } from './sliding-schedules.ts';

/** What holds over several processes of the deployed provider function, each behind a socket of its own. */
export interface SeveralProcesses {
  readonly embedded: OnEngine & { readonly forgetting: Forgetting };
  /** A sentence in place of numbers: why there are none. */
  readonly dynamodbLocal: OnEngine | string;
  readonly slidingSchedules: SlidingSchedules;
}

/** What depends on the store's conditional writes. */
export interface OnEngine {
  readonly admissions: Admissions;
  readonly coalescing: Coalescing;
}

export const PROCESSES = 4;

export async function measureSeveralProcesses(
  weir: WeirContender,
  quick: boolean,
): Promise<SeveralProcesses> {
  const rounds = quick ? 1 : 3;
  await createLimited(weir);
  await createCoalesced(weir);
  await createForgetful(weir);
  const upstream = await startFaultUpstream();
  const environment = {
    ...weir.host.functions.find(({ name }) => name === 'provider')?.environment,
    WEIR_PROVIDER_BASE_URLS: JSON.stringify({ openai: `${upstream.url}/v1` }),
  };
  const on = <Result>(changes: Environment, measure: (handlers: Handlers) => Promise<Result>) =>
    withHandlers(weir, upstream, { ...environment, ...changes }, measure);
  try {
    const embedded = await on({}, async (handlers) => ({
      ...(await measureEngine(handlers, rounds)),
      forgetting: await measureForgetting(handlers, quick),
    }));
    const dynamodbLocal =
      DYNAMODB_LOCAL === undefined
        ? 'not measured: DynamoDB Local was not there'
        : await on(await moveTables(DYNAMODB_LOCAL, environment), (handlers) =>
            measureEngine(handlers, rounds),
          );
    return { embedded, dynamodbLocal, slidingSchedules: await playSlidingSchedules() };
  } finally {
    closeConnections();
    await upstream.stop();
  }
}

type Environment = Readonly<Record<string, string>>;

async function withHandlers<Result>(
  weir: WeirContender,
  upstream: FaultUpstream,
  environment: Environment,
  measure: (handlers: Handlers) => Promise<Result>,
): Promise<Result> {
  const processes = await startHandlers(environment, PROCESSES);
  try {
    return await measure({ weir, upstream, at: processes.map(({ baseUrl }) => baseUrl) });
  } finally {
    for (const one of processes) one.kill();
  }
}

async function measureEngine(handlers: Handlers, rounds: number): Promise<OnEngine> {
  const admissions = await measureAdmissions(handlers);
  return { admissions, coalescing: await measureCoalescing(handlers, rounds) };
}
