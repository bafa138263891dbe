import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Spread, spread } from '../measures/statistics.ts';
import type { FirstEvent } from './events.ts';
import { startRuntimeApi } from './runtime-api.ts';

const CLIENT = fileURLToPath(new URL('../../node_modules/aws-lambda-ric/', import.meta.url));
const HELLO = fileURLToPath(new URL('./hello/', import.meta.url));

const HELLO_EVENT: FirstEvent = { event: {}, expected: /hello world/ };

/** A function as deployed: its unpacked asset and its environment. */
export interface DeployedFunction {
  readonly name: string;
  readonly folder: string;
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly streamed: boolean;
}

export interface ColdStart {
  readonly name: string;
  readonly streamed: boolean;
  /** Process start until the first request for work, ms. */
  readonly init: Spread;
  /** Process start until the first byte of the first answer's body, ms. */
  readonly firstByte: Spread;
}

/** The native part is built at install time; without a compiler there is none, and nothing to measure. */
export const runtimeClientIsBuilt = () => existsSync(`${CLIENT}rapid-client.node`);

/** Round after round each function once, so that a busy moment of the machine hits all alike. */
export async function measureColdStarts(
  functions: readonly DeployedFunction[],
  events: Readonly<Record<string, FirstEvent>>,
  rounds: number,
): Promise<readonly ColdStart[]> {
  const hello = (streamed: boolean): DeployedFunction => ({
    name: streamed ? 'hello world, streamed' : 'hello world',
    folder: HELLO,
    handler: streamed ? 'streamed.handler' : 'buffered.handler',
    environment: {},
    streamed,
  });
  const all = [hello(true), hello(false), ...functions];
  const times = all.map(() => [] as Array<{ init: number; firstByte: number }>);
  for (let round = -1; round < rounds; round += 1) {
    for (const [index, candidate] of all.entries()) {
      const first = candidate.folder === HELLO ? HELLO_EVENT : events[candidate.name];
      if (!first) throw new Error(`there is no first event for the function ${candidate.name}`);
      const time = await startOnce(candidate, first);
      if (round >= 0) times[index]?.push(time); // The first round only fills the file cache.
    }
  }
  return all.map(({ name, streamed }, index) => ({
    name,
    streamed,
    init: spread((times[index] ?? []).map(({ init }) => init)),
    firstByte: spread((times[index] ?? []).map(({ firstByte }) => firstByte)),
  }));
}

async function startOnce(
  started: DeployedFunction,
  first: FirstEvent,
): Promise<{ init: number; firstByte: number }> {
  const api = await startRuntimeApi(first.event);
  const startedAt = performance.now();
  const child = spawn(process.execPath, [`${CLIENT}index.mjs`, started.handler], {
    cwd: started.folder,
    env: { ...lambdaEnvironment(started, api.address), ...started.environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (data: Buffer) => {
    errors += data.toString('utf8');
  });
  const exited = once(child, 'exit');
  try {
    const early = exited.then(([code]) => {
      throw new Error(`${started.name} ended early with ${code}: ${errors}`);
    });
    const { nextAt, firstByteAt, answer } = await Promise.race([api.invocation, early]);
    if (!first.expected.test(answer))
      throw new Error(`${started.name} answered ${answer.slice(0, 1000)}\n${errors}`);
    return { init: nextAt - startedAt, firstByte: firstByteAt - startedAt };
  } finally {
    child.kill('SIGKILL');
    await exited;
    api.stop();
  }
}

function lambdaEnvironment({ name, folder, handler }: DeployedFunction, api: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    LAMBDA_TASK_ROOT: folder,
    _HANDLER: handler,
    AWS_LAMBDA_RUNTIME_API: api,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
    AWS_LAMBDA_LOG_FORMAT: 'JSON',
    AWS_LAMBDA_LOG_GROUP_NAME: 'bench',
    AWS_LAMBDA_LOG_STREAM_NAME: 'bench',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
  };
}
