import { headerMap } from '../../http/header-map.ts';
import type { RoutedRequest, RouteMove, RouteWalk } from '../../ports/routing.ts';
import { createRouter } from '../create-router.ts';
import type { DeployedRoute, RouteElement } from '../route.ts';

/** What a walk meets. */
export interface World {
  readonly metadata?: RoutedRequest['metadata'];
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: unknown;
  readonly draws?: readonly number[];
  /** Count elements that are over their limit. */
  readonly over?: readonly string[];
  /** Cost elements that cannot carry a call, or not that of one model: `r@b`. */
  readonly spent?: readonly string[];
  /** Models that fail, and how. */
  readonly failing?: Readonly<Record<string, string>>;
  /** Models that are passed over where there is another way. */
  readonly open?: readonly string[];
}

export interface Journey {
  /** `element:branch`, as the trace has them. */
  readonly path: string;
  readonly calls: readonly string[];
  readonly counts: readonly string[];
  readonly why: string;
  readonly moves: number;
  readonly trace: ReturnType<RouteWalk['trace']>;
}

export const routeOf = (elements: readonly RouteElement[], id = 'r1'): DeployedRoute => ({
  id,
  name: 'test',
  versionId: 'v1',
  elements,
});

export const requestOf = ({ metadata = {}, headers = [], body = {} }: World): RoutedRequest => ({
  metadata,
  headers: headerMap(headers),
  body: body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body)),
});

type Call = Extract<RouteMove, { readonly kind: 'call' }>;

/** Walks to the end. */
export function journey(route: DeployedRoute, world: World = {}): Journey {
  const draws = [...(world.draws ?? [])];
  const walk = createRouter().walk(route, requestOf(world), () => draws.shift() ?? 0.5);
  const calls: string[] = [];
  /** The first model that was passed over since anybody was called. */
  let spared: Call | null = null;
  const counts: string[] = [];
  let moves = 1;
  let move = walk.begin();
  for (; ; moves += 1) {
    if (moves > 100_000) throw new Error('the walk does not end');
    if (move.kind === 'count') {
      move = countIn(walk, move, world, counts);
      continue;
    }
    if (move.kind === 'end') {
      if (spared === null) break;
      walk.backTo(spared.element);
      [move, spared] = [spared, null];
    }
    const instead: RouteMove | null = world.open?.includes(move.element) ? walk.passedOver('open') : null;
    if (instead) spared ??= move;
    const before = calls.length;
    move = instead ?? callIn(walk, move, world, calls);
    if (calls.length > before) spared = null;
  }
  const trace = walk.trace();
  const path = trace.map(({ element, branch }) => `${element}:${branch ?? '-'}`).join(' ');
  return { path, calls, counts, why: move.why, moves, trace };
}

function countIn(
  walk: RouteWalk,
  { count }: Extract<RouteMove, { readonly kind: 'count' }>,
  { over = [] }: World,
  counts: string[],
): RouteMove {
  counts.push(`${count.element} ${count.value}`);
  return walk.counted(!over.includes(count.element), 1);
}

function callIn(
  walk: RouteWalk,
  call: Call,
  { spent = [], failing = {} }: World,
  calls: string[],
): RouteMove {
  const refused = call.budgets.find(
    ({ element }) => spent.includes(element) || spent.includes(`${element}@${call.element}`),
  );
  if (refused) return walk.overBudget(refused.element, 1);
  const paidFrom = call.budgets.map(({ element }) => element).join('+');
  calls.push(paidFrom ? `${call.model} from ${paidFrom}` : call.model);
  const failure = failing[call.element];
  return walk.tried(failure === undefined, failure ?? '', 5);
}
