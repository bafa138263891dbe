import {
  type BudgetState,
  type DeployedRoute,
  formatDollars,
  type GatewaySnapshot,
  headerMap,
  type JsonValue,
  type Micros,
  micros,
  NO_MONEY,
  parseDollars,
  type RouteBudget,
  type RouteCount,
  type RouteMove,
  type RouteStep,
  routeBudget,
  routeLimit,
} from '@weir/core';
import type { ManagementPorts } from '../ports.ts';
import type { Sample } from './route-body.ts';

type Ports = Pick<ManagementPorts, 'counts' | 'ids' | 'ledger' | 'routing'>;
type Current = { readonly [name: string]: JsonValue };
type Call = Extract<RouteMove, { readonly kind: 'call' }>;

interface Explained {
  readonly gateway: GatewaySnapshot;
  readonly route: DeployedRoute;
  /** Null: nobody has ever counted for it. */
  readonly counted: string | null;
  readonly sample: Sample;
}

/** More than the 100 that a route takes: of what lies between, the route itself says that it has no fields. */
const MOST_DEPTH = 200;

/** Where a request would go. */
export interface Explanation {
  readonly steps: readonly RouteStep[];
  /** What counts and budgets hold, by element. */
  readonly current: ReadonlyMap<string, Current>;
  /** Whose answer would be the caller's; null: nobody's. */
  readonly answered: Call | null;
  readonly why: string;
}

/**
 * Walks a sample request through a route with the data plane's own engine. Where a request would be counted or a budget asked,
 * it only looks; where a model would be called, the sample says what came of it. So what it shows is what would happen now, and
 * nothing happens.
 */
export async function explainWay(explained: Explained, ports: Ports): Promise<Explanation> {
  const { route, sample } = explained;
  const router = await ports.routing.load();
  const walk = router.walk(
    route,
    {
      metadata: sample.metadata,
      headers: headerMap(Object.entries(sample.headers)),
      body: new TextEncoder().encode(sample.body === undefined ? '' : textOf(sample.body)),
    },
    () => Buffer.from(ports.ids.random(4)).readUInt32BE() / 2 ** 32,
  );
  const failing = new Set(sample.failing);
  const look = new Look(explained, ports);
  let answered: Call | null = null;
  let move = walk.begin();
  while (move.kind !== 'end') {
    if (move.kind === 'count') {
      move = walk.counted(await look.admits(move.count), 0);
      continue;
    }
    const over = await look.overBudget(move.budgets);
    if (over !== null) move = walk.overBudget(over, 0);
    else if (failing.has(move.element)) move = walk.tried(false, 'taken as failing', 0);
    else {
      answered = move;
      move = walk.tried(true, 'taken as answering', 0);
    }
  }
  return { steps: walk.trace(), current: look.current, answered, why: move.why };
}

/** Nested deeper than a route looks into bodies, it has no fields to the route, and may be too deep to be written. */
function textOf(body: unknown): string {
  let level = [body];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MOST_DEPTH) return '';
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
  }
  return JSON.stringify(body);
}

/** What counts and budgets hold, read once for each that the way comes to. */
class Look {
  readonly current = new Map<string, Current>();
  readonly #explained: Explained;
  readonly #ports: Ports;
  #states: Promise<readonly BudgetState[]> | null = null;

  constructor(explained: Explained, ports: Ports) {
    this.#explained = explained;
    this.#ports = ports;
  }

  /** Whether another request would be counted. */
  async admits(count: RouteCount): Promise<boolean> {
    const { gateway, counted } = this.#explained;
    const used =
      counted === null || count.limit < 1
        ? { count: 0, resetAfter: 0 }
        : await this.#ports.counts.used(routeLimit(gateway, counted, count));
    const remaining = Math.max(0, count.limit - used.count);
    this.current.set(count.element, {
      value: count.value,
      limit: count.limit,
      used: used.count,
      remaining,
      reset_after: Math.ceil(used.resetAfter / 1000),
    });
    return remaining >= 1;
  }

  /** The first element whose budget cannot carry the sample's cost; null: all can. */
  async overBudget(budgets: readonly RouteBudget[]): Promise<string | null> {
    const cost = parseDollars(this.#explained.sample.cost.toFixed(6)) ?? NO_MONEY;
    let over: string | null = null;
    for (const budget of budgets) {
      const left = await this.#leftIn(budget);
      if (left <= 0n || cost > left) over ??= budget.element;
    }
    return over;
  }

  async #leftIn(budget: RouteBudget): Promise<Micros> {
    const { gateway, counted } = this.#explained;
    const { rule, bucket, limit } = routeBudget(gateway, counted ?? '', budget);
    const held = (counted === null ? [] : await this.#budgets()).find(
      ({ budget: other }) => other.kind === 'limit' && other.rule === rule && other.bucket === bucket,
    );
    const spent = held?.spent ?? NO_MONEY;
    const reserved = held?.reserved ?? NO_MONEY;
    const left = micros(limit - spent - reserved);
    this.current.set(budget.element, {
      value: budget.value,
      limit: dollars(limit),
      spent: dollars(spent),
      reserved: dollars(reserved),
      remaining: dollars(left > 0n ? left : NO_MONEY),
      reset_at: held?.resetAt ? new Date(held.resetAt).toISOString() : null,
    });
    return left;
  }

  #budgets(): Promise<readonly BudgetState[]> {
    const { account, id } = this.#explained.gateway;
    this.#states ??= this.#ports.ledger.states(account, id);
    return this.#states;
  }
}

const dollars = (value: Micros) => Number(formatDollars(value));
