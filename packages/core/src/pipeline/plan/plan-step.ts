import { isRefusal, Refusal } from '../../errors/refusal.ts';
import type { Authenticated, PlannedStep, RoutedStep, Step, Target, Way } from '../exchange.ts';
import type { Ports } from '../ports.ts';
import { RouteWay } from '../route/route-way.ts';
import type { PlanPorts } from './plan-ports.ts';
import { planTarget } from './plan-target.ts';

type Basis = Pick<Step, 'index' | 'isOnly' | 'exchange' | 'settings'>;

/** One request's step: its target, or the route that will decide it. */
export async function planStep(basis: Basis, ports: PlanPorts): Promise<PlannedStep | Refusal> {
  const planned = await planTarget(basis.exchange, ports);
  if (isRefusal(planned)) return planned;
  if ('kind' in planned) return { ...basis, routed: planned };
  const replan = (exchange: Authenticated) => targetAgain(exchange, ports);
  return { ...basis, target: planned, replan, way: null, budgets: [] };
}

async function targetAgain(exchange: Authenticated, ports: PlanPorts): Promise<Target | Refusal> {
  const planned = await planTarget(exchange, ports);
  return isRefusal(planned) || !('kind' in planned) ? planned : new Refusal('internal');
}

export type BeginPorts = Pick<Ports, 'routing' | 'rateLimiter' | 'faults' | 'clock' | 'ids'>;

/** Told of the way that a route is about to go: it may end without a call, and is to be recorded then as well. */
export type OnWay = (way: Way) => void;

/** The first call that a step leads to. */
export const beginStep = (
  step: PlannedStep,
  ports: BeginPorts,
  onWay?: OnWay,
): Promise<Step | Refusal> | Step => ('routed' in step ? beginRoute(step, ports, onWay) : step);

async function beginRoute(step: RoutedStep, ports: BeginPorts, onWay?: OnWay): Promise<Step | Refusal> {
  const { request, options } = step.exchange;
  const router = await ports.routing.load();
  const draw = () => Buffer.from(ports.ids.random(4)).readUInt32BE() / 2 ** 32;
  const walk = router.walk(
    step.routed.route,
    { metadata: options.metadata, headers: request.headers, body: request.body },
    draw,
  );
  const way = new RouteWay(step, walk, ports);
  onWay?.(way);
  return way.begin();
}
