/** Processes that spend one budget at the same time, and may be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { SpendLine, SpendOrder } from './spend-order.ts';

export type { SpendLine, SpendOrder } from './spend-order.ts';

const PROGRAM = fileURLToPath(new URL('./spend-program.ts', import.meta.url));

export interface Spending {
  /** Where the `state` table is. */
  readonly endpoint: string;
  /** Of all processes together. */
  readonly order: SpendOrder;
  readonly processes: number;
  /** Ends processes at a random moment, this many in all; each is followed by another that makes what is left. */
  readonly kills?: number;
}

export interface Spent {
  readonly lines: readonly SpendLine[];
  readonly killed: number;
}

/** Runs until every request is answered or its process was killed. */
export async function spend({ endpoint, order, processes, kills = 0 }: Spending): Promise<Spent> {
  const lines: SpendLine[] = [];
  let toKill = kills;
  let killed = 0;
  const running = new Set<ChildProcess>();
  const share = { concurrency: order.concurrency / processes };
  const run = async (requests: number): Promise<void> => {
    const before = lines.length;
    const doomed = toKill > 0;
    if (doomed) toKill -= 1;
    let answered = 0;
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', PROGRAM], {
      env: {
        AWS_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_ENDPOINT_URL_DYNAMODB: endpoint,
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    running.add(child);
    child.once('exit', () => running.delete(child));
    // It may end before it has read.
    child.stdin.on('error', () => undefined);
    child.stdin.end(`${JSON.stringify({ ...order, ...share, requests })}\n`);
    const diesAfter = doomed ? 1 + Math.floor(Math.random() * Math.min(requests, 40)) : null;
    const reader = createInterface({ input: child.stdout });
    reader.on('line', (line) => {
      lines.push(JSON.parse(line));
      answered += 1;
      if (answered === diesAfter) child.kill('SIGKILL');
    });
    const [[code, signal]] = await Promise.all([once(child, 'exit'), once(reader, 'close')]);
    if (signal === 'SIGKILL') {
      killed += 1;
      // Those under way died with it.
      const rest = requests - answered - share.concurrency;
      if (rest > 0) await run(rest);
    } else if (code !== 0)
      throw new Error(`a spending process ended with ${code} after ${lines.length - before}`);
  };
  try {
    await Promise.all(Array.from({ length: processes }, () => run(Math.ceil(order.requests / processes))));
  } finally {
    for (const child of running) child.kill('SIGKILL');
  }
  return { lines, killed };
}
