import { isRefusal, type Refusal } from '../../errors/refusal.ts';
import { header } from '../../http/header-map.ts';
import { type DurationMs, durationMs } from '../../ids.ts';
import { outcomeOf } from '../../policy/circuit.ts';
import { type AttemptEnd, isRetried, readRetryAfter, retryDelay } from '../../policy/retry-plan.ts';
import type { Answer } from '../answer.ts';
import type { Planned, Progress, Step } from '../exchange.ts';
import type { Ports } from '../ports.ts';
import { streamOut } from '../stages/stream-out.ts';
import { type AttemptLimits, callOnce } from './attempt.ts';
import { countCall } from './circuits.ts';
import { isKeysFault, keyLimit, withSpareKey } from './spare-keys.ts';

/** The step with one stored key after the other, as long as they are refused or exhausted and another is left. */
export async function callWithKeys(
  exchange: Planned,
  first: Step,
  progress: Progress,
  ports: Ports,
): Promise<{ readonly step: Step; readonly result: Answer | Refusal }> {
  let step = first;
  for (;;) {
    const result = (await keyLimit(step, ports)) ?? (await callStep(exchange, step, progress, ports));
    const next = isKeysFault(result) ? await withSpareKey(step) : null;
    if (next === null) return { step, result };
    discard(result);
    step = next;
  }
}

async function callStep(
  exchange: Planned,
  step: Step,
  progress: Progress,
  ports: Ports,
): Promise<Answer | Refusal> {
  const { settings } = step;
  for (let attempt = 1; ; attempt++) {
    const limits = limitsOf(exchange, step, attempt, ports);
    const result = await countCall(
      exchange,
      step.target,
      ports,
      () => tryOnce(exchange, step, limits, progress, ports),
      (tried) => outcomeOf(endOf(tried, ports), limits.firstByte),
    );
    const end = endOf(result, ports);
    // Another key may do better at once than this one later.
    if (step.target.credential.hasSpare && isKeysFault(result)) return result;
    if (end === null || !isRetried(end) || attempt >= settings.maxAttempts.value) return result;
    const plan = { delay: settings.retryDelay.value, backoff: settings.backoff.value };
    const after = end.kind === 'status' ? end.retryAfter : null;
    const delay = retryDelay(plan, attempt, after, (ports.ids.random(1)[0] ?? 0) / 256);
    if (delay === null || delay >= timeLeft(exchange, ports)) return result;
    discard(result);
    await pause(delay, ports);
  }
}

async function tryOnce(
  exchange: Planned,
  step: Step,
  limits: AttemptLimits,
  progress: Progress,
  ports: Ports,
): Promise<Answer | Refusal> {
  const called = await callOnce(step.target, limits, progress, ports);
  if (isRefusal(called)) return called;
  const result = await streamOut(exchange, called, progress, ports);
  const failure = isRefusal(result)
    ? inWords(result.name)
    : result.status === called.answer.status
      ? null
      : 'error-event';
  const noted = progress.attempts.at(-1);
  if (failure !== null && noted) progress.attempts.splice(-1, 1, { ...noted, failure });
  return result;
}

/** `upstreamBroke` → `upstream-broke`: the record's words for failures are all written so. */
const inWords = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The caller's timeout does not hold for the last of several attempts: it may take its time (spec 5.6-4). A route's own holds for each. */
function limitsOf(exchange: Planned, { settings }: Step, attempt: number, ports: Ports): AttemptLimits {
  const { maxAttempts, requestTimeout, idleTimeout } = settings;
  const isLastOfMany = maxAttempts.value > 1 && attempt >= maxAttempts.value;
  const own = isLastOfMany && requestTimeout.source !== 'route' ? null : requestTimeout.value;
  const most = Math.min(ports.upstreamTimeout, own ?? Number.POSITIVE_INFINITY, timeLeft(exchange, ports));
  return {
    firstByte: durationMs(Math.max(1, most)),
    idle: durationMs(Math.min(ports.upstreamTimeout, idleTimeout.value ?? Number.POSITIVE_INFINITY)),
  };
}

export const timeLeft = (exchange: Planned, ports: Pick<Ports, 'clock'>) =>
  exchange.deadline - ports.clock.now();

/** How an attempt ended, if another may follow; null when what it has is the answer. */
export function endOf(result: Answer | Refusal, ports: Pick<Ports, 'clock'>): AttemptEnd | null {
  if (!isRefusal(result)) {
    if (result.status < 400) return null;
    const retryAfter = readRetryAfter((name) => header(result.headers, name), ports.clock.now());
    return { kind: 'status', status: result.status, retryAfter };
  }
  switch (result.name) {
    case 'upstreamTimeout':
      return { kind: 'failure', failure: 'timeout' };
    case 'upstreamUnreachable':
      return { kind: 'failure', failure: 'refused' };
    case 'unusableAnswer':
      return { kind: 'failure', failure: 'protocol' };
    case 'upstreamBroke':
      return { kind: 'broken' };
    default:
      return { kind: 'failure', failure: 'unsendable' };
  }
}

/** What nobody will read must not keep its connection. */
export function discard(result: Answer | Refusal): void {
  if (!isRefusal(result) && !(result.body instanceof Uint8Array)) result.body.cancel();
}

const pause = (delay: DurationMs, { timer }: Pick<Ports, 'timer'>) =>
  new Promise<void>((resolve) => {
    if (delay <= 0) resolve();
    else timer.after(delay, resolve);
  });
