import { fileURLToPath } from 'node:url';
import { Child } from '../processes/child.ts';
import type { Contender } from './contender.ts';
import { direct } from './direct.ts';

const SCRIPT = fileURLToPath(new URL('../processes/bare-pipe.ts', import.meta.url));

/** No gateway, only the way through a process: the floor under every gateway on `node:http`. */
export async function startBarePipe(upstreamUrl: string): Promise<Contender> {
  const child = new Child({ arguments: [SCRIPT], env: { BENCH_UPSTREAM: upstreamUrl }, probed: true });
  const port = await child.announced();
  return {
    ...direct(`http://127.0.0.1:${port}`),
    name: 'pipe',
    process: child,
    stop: () => child.stop(),
  };
}
