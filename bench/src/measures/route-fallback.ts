import type { WeirContender } from '../contenders/weir.ts';
import type { Child } from '../processes/child.ts';
import type { LoadJob } from '../processes/load-job.ts';
import { createGateway, manage } from './manage.ts';
import { load } from './rounds.ts';
import { percentile } from './statistics.ts';

/** p50 of each way in one round, ms, one request at a time. */
export interface FallbackRound {
  /** The model by its own name. */
  readonly plain: number;
  /** A route of that model alone. */
  readonly routed: number;
  /** A route whose first model fails at once: nobody listens there. */
  readonly fallback: number;
}

const to = (elementId: string) => ({ elementId });
const END = { id: 'end', type: 'end', outputs: {} };

/** What a route costs, and what it costs that its first model failed. */
export async function measureFallback(
  weir: WeirContender,
  client: Child,
  quick: boolean,
): Promise<readonly FallbackRound[]> {
  await createGateway(weir, 'routed', {});
  const second = modelElement('second', 'openai', weir.model);
  const first = modelElement('first', 'groq', 'any', 'second');
  await createRoute(weir, 'one', [start('second'), second, END]);
  await createRoute(weir, 'two', [start('first'), first, second, END]);
  const requests = quick ? 60 : 100;
  const p50 = async (model: string) => {
    const { failed, firstFailure, timings } = await load(client, jobFor(weir, model, requests));
    if (failed > 0) throw new Error(`${model}: ${failed} failed, first: ${firstFailure}`);
    return percentile(
      timings.map(({ totalMs }) => totalMs),
      0.5,
    );
  };
  const ways = { plain: `openai/${weir.model}`, routed: 'dynamic/one', fallback: 'dynamic/two' };
  for (const model of Object.values(ways)) await load(client, { ...jobFor(weir, model, 2_000), ...AT_ONCE });
  const rounds: FallbackRound[] = [];
  for (let round = 0; round < (quick ? 3 : 7); round += 1)
    rounds.push({
      plain: await p50(ways.plain),
      routed: await p50(ways.routed),
      fallback: await p50(ways.fallback),
    });
  return rounds;
}

/** Until the compiler has settled. */
const AT_ONCE = { concurrency: 8, pause: 0 };

const start = (next: string) => ({ id: 'start', type: 'start', outputs: { next: to(next) } });

function modelElement(id: string, provider: string, model: string, fallback?: string) {
  return {
    id,
    type: 'model',
    properties: { provider, model, timeout: 0, retries: 0 },
    outputs: { success: to('end'), ...(fallback === undefined ? {} : { fallback: to(fallback) }) },
  };
}

const createRoute = (weir: WeirContender, name: string, elements: unknown) =>
  manage(weir, '/routed/routes', { name, elements });

function jobFor({ host, headers }: WeirContender, model: string, requests: number): LoadJob {
  return {
    url: `${host.baseUrl}/v1/${host.accountId}/routed/compat/chat/completions`,
    headers,
    body: JSON.stringify({
      model,
      messages: [{ role: 'user', content: `four-kilobytes ${'w'.repeat(4000)}` }],
    }),
    concurrency: 1,
    requests,
    pause: 25,
    expectedBytes: null,
    expectedWords: null,
    unique: true,
  };
}
