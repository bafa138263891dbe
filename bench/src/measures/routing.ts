import {
  type DeployedRoute,
  headerMap,
  type RoutedRequest,
  type RouteElement,
  type Router,
} from '@weir/core';
import { createRouter } from '@weir/core/routing';

/** What routes cost and how they split, in this process: deciding asks nobody. */
export interface RoutingResult {
  readonly elements: number;
  /** CPU of one request's whole way through the route, ms, by round. */
  readonly decision: readonly number[];
  readonly split: SplitResult;
}

export interface SplitResult {
  readonly requests: number;
  /** The arm that is farthest from its share, in percent of all requests. */
  readonly drawn: number;
  readonly sticky: number;
  /** Users whose second request took another arm than their first. */
  readonly moved: number;
}

const SHARES: Readonly<Record<string, number>> = { '10%': 0.1, '50%': 0.5, else: 0.4 };
const to = (elementId: string) => ({ elementId });

export function measureRouting(quick: boolean): RoutingResult {
  const router = createRouter();
  const route = routeOf(thirtyElements());
  const decisions = quick ? 2000 : 10_000;
  decide(router, route, decisions);
  const decision: number[] = [];
  for (let round = 0; round < (quick ? 3 : 7); round += 1) decision.push(decide(router, route, decisions));
  return { elements: route.elements.length, decision, split: measureSplit(router, 100_000) };
}

/** Every second element looks at the request; the body is parsed anew for each, as it is for requests. */
function decide(router: Router, route: DeployedRoute, decisions: number): number {
  const body = Buffer.from(
    JSON.stringify({
      model: 'dynamic/bench',
      messages: [{ role: 'user', content: `four-kilobytes ${'w'.repeat(4000)}` }],
    }),
  );
  const before = process.cpuUsage();
  for (let done = 0; done < decisions; done += 1) {
    const walk = router.walk(route, requestOf(`user-${done}`, body), Math.random);
    let move = walk.begin();
    while (move.kind !== 'end')
      move = move.kind === 'count' ? walk.counted(true, 0) : walk.tried(true, 'status 200', 0);
    if (walk.trace().length !== route.elements.length) throw new Error('the way is not the whole route');
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / decisions;
}

function thirtyElements(): readonly RouteElement[] {
  const inner = Array.from({ length: 27 }, (_, index): RouteElement => {
    const id = `n${index}`;
    const next = to(index < 26 ? `n${index + 1}` : 'model');
    if (index === 13)
      return {
        id,
        type: 'rate',
        properties: { limitType: 'count', key: 'metadata.user', limit: 100, window: 60 },
        outputs: { success: next },
      };
    if (index % 2 === 1)
      return {
        id,
        type: 'percentage',
        properties: { sticky: 'metadata.user' },
        outputs: { '10%': next, else: next },
      };
    const conditions =
      index % 4 === 0
        ? { 'metadata.plan': { $in: ['free', 'pro'] }, 'headers.x-team': { $ne: `team-${index}` } }
        : {
            $or: [
              { 'body.messages.0.role': 'system' },
              { 'body.model': { $regex: `^dynamic/b.{${index}}` } },
            ],
          };
    return { id, type: 'conditional', properties: { conditions }, outputs: { true: next, false: next } };
  });
  return [
    { id: 'start', type: 'start', outputs: { next: to('n0') } },
    ...inner,
    {
      id: 'model',
      type: 'model',
      properties: { provider: 'openai', model: 'gpt-4o-mini', timeout: 0, retries: 0 },
      outputs: { success: to('end') },
    },
    { id: 'end', type: 'end', outputs: {} },
  ];
}

function measureSplit(router: Router, requests: number): SplitResult {
  const arm = (route: DeployedRoute, user: string) => {
    const walk = router.walk(route, requestOf(user, Buffer.from('{}')), Math.random);
    walk.begin();
    return walk.trace()[1]?.branch ?? '';
  };
  const users = Array.from({ length: requests }, (_, index) => `user-${index}`);
  const sticky = splitRoute('metadata.user');
  const first = users.map((user) => arm(sticky, user));
  const drawn = splitRoute(null);
  return {
    requests,
    drawn: farthest(users.map((user) => arm(drawn, user))),
    sticky: farthest(first),
    moved: users.filter((user, index) => arm(sticky, user) !== first[index]).length,
  };
}

const splitRoute = (sticky: string | null) =>
  routeOf([
    { id: 'start', type: 'start', outputs: { next: to('split') } },
    {
      id: 'split',
      type: 'percentage',
      ...(sticky === null ? {} : { properties: { sticky } }),
      outputs: Object.fromEntries(Object.keys(SHARES).map((share) => [share, to('end')])),
    },
    { id: 'end', type: 'end', outputs: {} },
  ]);

const farthest = (arms: readonly string[]): number =>
  Math.max(
    ...Object.entries(SHARES).map(
      ([branch, share]) => 100 * Math.abs(arms.filter((arm) => arm === branch).length / arms.length - share),
    ),
  );

const routeOf = (elements: readonly RouteElement[]): DeployedRoute => ({
  id: 'bench',
  name: 'bench',
  versionId: 'v1',
  elements,
});

const requestOf = (user: string, body: Uint8Array): RoutedRequest => ({
  metadata: { user, plan: 'pro' },
  headers: headerMap([['x-team', 'red']]),
  body,
});
