import { isRefusal, Refusal } from '../../errors/refusal.ts';
import { durationMs, epochMs } from '../../ids.ts';
import { type EffectiveSettings, effectiveSettings } from '../../policy/effective-settings.ts';
import type { Authenticated, Planned, PlannedStep } from '../exchange.ts';
import { UNBUDGETED } from '../money/funds.ts';
import type { PlanPorts } from '../plan/plan-ports.ts';
import { type BeginPorts, beginStep, type OnWay, planStep } from '../plan/plan-step.ts';
import { planUniversal } from '../plan/plan-universal.ts';
import { unifiedEndpoint } from '../unified-endpoint.ts';

/** Left to the end of the function's time, so that the answer can still be ended and recorded. */
const SETTLING_TIME = durationMs(10_000);

/** Stage 4. What will be called, in which order, with which settings and credentials. */
export async function plan(
  exchange: Authenticated,
  ports: PlanPorts & BeginPorts,
  onWay: OnWay,
): Promise<Planned | Refusal> {
  const settings = effectiveSettings(exchange.gateway.settings, exchange.request.headers);
  const steps =
    exchange.endpoint.kind === 'universal'
      ? await planUniversal(exchange, unifiedEndpoint, (basis) =>
          planStep({ ...basis, isOnly: false }, ports),
        )
      : await planOne(exchange, settings, ports);
  if (isRefusal(steps)) return steps;
  const begun = await beginFirst(steps, ports, onWay);
  if (isRefusal(begun)) return begun;
  const [first] = begun;
  const { arrivedAt, deadline } = exchange.request;
  const own = settings.totalTimeout.value;
  const end = Math.min(deadline - SETTLING_TIME, own === null ? Number.POSITIVE_INFINITY : arrivedAt + own);
  return {
    ...exchange,
    settings: first.settings,
    steps: begun,
    way: first.way,
    deadline: epochMs(end),
    admission: null,
    funds: UNBUDGETED,
  };
}

/** A route that ends before its first call is a step that failed: the next one runs (spec 5.7-1). */
async function beginFirst(
  steps: readonly PlannedStep[],
  ports: BeginPorts,
  onWay: OnWay,
): Promise<Planned['steps'] | Refusal> {
  let refusal = new Refusal('invalidRequest');
  for (const [index, planned] of steps.entries()) {
    const first = await beginStep(planned, ports, onWay);
    if (!isRefusal(first)) return [first, ...steps.slice(index + 1)];
    refusal = first;
  }
  return refusal;
}

async function planOne(
  exchange: Authenticated,
  settings: EffectiveSettings,
  ports: PlanPorts,
): Promise<readonly PlannedStep[] | Refusal> {
  const step = await planStep({ index: 0, isOnly: true, settings, exchange }, ports);
  return isRefusal(step) ? step : [step];
}
