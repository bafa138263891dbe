import { isRefusal, Refusal } from '../../errors/refusal.ts';
import { durationMs, epochMs } from '../../ids.ts';
import { type EffectiveSettings, effectiveSettings } from '../../policy/effective-settings.ts';
import type { Authenticated, Planned, Step } from '../exchange.ts';
import { UNBUDGETED } from '../money/funds.ts';
import type { PlanPorts } from '../plan/plan-ports.ts';
import { planTarget } from '../plan/plan-target.ts';
import { planUniversal } from '../plan/plan-universal.ts';
import { unifiedEndpoint } from '../unified-endpoint.ts';

/** Left to the end of the function's time, so that the answer can still be ended and recorded. */
const SETTLING_TIME = durationMs(10_000);

/** Stage 4. What will be called, in which order, with which settings and credentials. */
export async function plan(exchange: Authenticated, ports: PlanPorts): Promise<Planned | Refusal> {
  const settings = effectiveSettings(exchange.gateway.settings, exchange.request.headers);
  const steps =
    exchange.endpoint.kind === 'universal'
      ? await planUniversal(exchange, unifiedEndpoint, (step) => planTarget(step, ports))
      : await planOne(exchange, settings, ports);
  if (isRefusal(steps)) return steps;
  const [first, ...others] = steps;
  if (!first) return new Refusal('invalidRequest');
  const { arrivedAt, deadline } = exchange.request;
  const own = settings.totalTimeout.value;
  const end = Math.min(deadline - SETTLING_TIME, own === null ? Number.POSITIVE_INFINITY : arrivedAt + own);
  return {
    ...exchange,
    settings: first.settings,
    steps: [first, ...others],
    deadline: epochMs(end),
    admission: null,
    funds: UNBUDGETED,
  };
}

async function planOne(
  exchange: Authenticated,
  settings: EffectiveSettings,
  ports: PlanPorts,
): Promise<readonly Step[] | Refusal> {
  const target = await planTarget(exchange, ports);
  return isRefusal(target) ? target : [{ index: 0, target, settings, exchange }];
}
