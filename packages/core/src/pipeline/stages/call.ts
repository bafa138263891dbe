import { isRefusal, type Refusal } from '../../errors/refusal.ts';
import { header } from '../../http/header-map.ts';
import { type DurationMs, durationMs, type RecordId } from '../../ids.ts';
import { NO_MONEY } from '../../money/micros.ts';
import { outcomeOf } from '../../policy/circuit.ts';
import {
  type AttemptEnd,
  fallsBack,
  isRetried,
  readRetryAfter,
  retryDelay,
} from '../../policy/retry-plan.ts';
import type { Answer } from '../answer.ts';
import { throughCache } from '../cache/through-cache.ts';
import { type AttemptLimits, callOnce } from '../call/attempt.ts';
import { countCall, isPassedOver, notePassedOver } from '../call/circuits.ts';
import { isKeysFault, keyLimit, withSpareKey } from '../call/spare-keys.ts';
import type { Planned, Progress, Step } from '../exchange.ts';
import { type Funds, reserveFunds, settleFunds } from '../money/funds.ts';
import type { Ports } from '../ports.ts';
import { type Found, lookUpCache } from './look-up-cache.ts';
import { streamOut } from './stream-out.ts';

/** A step that was tried, with the record's story of it. */
export interface TriedStep {
  readonly exchange: Planned;
  readonly step: Step;
  readonly progress: Progress;
  /** Not promised to the client yet. */
  readonly result: Answer | Refusal;
}

export interface TriedSteps {
  /** Whose result the client gets. */
  readonly last: TriedStep;
  readonly failed: readonly TriedStep[];
}

/**
 * Stages 8 and 9. Tries the steps in order until one answers (spec 5.7): each from the cache or with its attempts (spec
 * 5.6), and each attempt as far as its first useful byte, so that nothing has reached the client when another is tried.
 *
 * @param found what stage 6 saw of the first step; the others are looked up when their turn comes.
 * @returns the step whose result the client gets, the last one when all failed, and those that failed before it.
 */
export async function callSteps(
  exchange: Planned,
  found: Found,
  progress: Progress,
  ports: Ports,
): Promise<TriedSteps> {
  const failed: TriedStep[] = [];
  const { steps, id } = exchange;
  let { step, seen, later } = await chooseStep(exchange, steps, found, progress, ports);
  const story = storyOf(exchange, step, id);
  const funds = step === steps[0] ? exchange.funds : await instead(exchange.funds, step, id, ports);
  let last = await takeStep({ ...story, funds }, step, seen, progress, ports);
  while (isSome(later)) {
    const end = endOf(last.result, ports);
    if (end === null || !fallsBack(end) || timeLeft(exchange, ports) <= 0) break;
    discard(last.result);
    failed.push(last);
    const own = { attempts: [], firstByteAt: null };
    ({ step, seen, later } = await chooseStep(exchange, later, null, own, ports));
    const ownId = ports.ids.record(ports.clock.now());
    const funds = await reserveFunds(step, ownId, ports);
    last = await takeStep({ ...storyOf(exchange, step, ownId), funds }, step, seen, own, ports);
  }
  return { last, failed };
}

type Some<Item> = readonly [Item, ...Item[]];
const isSome = <Item>(items: readonly Item[]): items is Some<Item> => items.length > 0;

/** The first step was passed over: what was reserved for it goes back. */
async function instead(funds: Funds, step: Step, id: RecordId, ports: Ports): Promise<Funds> {
  await settleFunds(funds, NO_MONEY);
  return reserveFunds(step, id, ports);
}

/** The first step that is not passed over; those that are stand among the attempts of the one that is tried. */
async function chooseStep(
  exchange: Planned,
  [step, ...later]: Some<Step>,
  found: Found | null,
  progress: Progress,
  ports: Ports,
): Promise<{ readonly step: Step; readonly seen: Found; readonly later: readonly Step[] }> {
  const seen = found ?? (await lookUpCache(step, ports));
  if (!isSome(later) || seen.answer || !isPassedOver(exchange, step, later, ports))
    return { step, seen, later };
  notePassedOver(step, progress, ports);
  return chooseStep(exchange, later, null, progress, ports);
}

/** The step as the request that its record tells of. */
function storyOf(exchange: Planned, step: Step, id: RecordId): Planned {
  if (step.exchange.endpoint === exchange.endpoint) return exchange;
  const { steps, deadline, admission, funds, requestId } = exchange;
  return {
    ...step.exchange,
    settings: step.settings,
    steps,
    deadline,
    admission,
    funds,
    id,
    requestId,
    step: step.index,
  };
}

async function takeStep(
  exchange: Planned,
  step: Step,
  found: Found,
  progress: Progress,
  ports: Ports,
): Promise<TriedStep> {
  let called = step;
  const result = await throughCache(exchange, step, found, progress, ports, async () => {
    // Only now: what is stored costs nothing, so no budget keeps it back (spec 5.11-7).
    if (exchange.funds.kind === 'refused') return exchange.funds.refusal;
    const answered = await callWithKeys(exchange, step, progress, ports);
    called = answered.step;
    return answered.result;
  });
  return { exchange, step: called, progress, result };
}

/** The step with one stored key after the other, as long as they are refused or exhausted and another is left. */
async function callWithKeys(
  exchange: Planned,
  first: Step,
  progress: Progress,
  ports: Ports,
): Promise<{ readonly step: Step; readonly result: Answer | Refusal }> {
  let step = first;
  for (;;) {
    const result = (await keyLimit(step, ports)) ?? (await callStep(exchange, step, progress, ports));
    const next = isKeysFault(result) ? await withSpareKey(step, ports) : null;
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

/** The caller's timeout does not hold for the last of several attempts: it may take its time (spec 5.6-4). */
function limitsOf(exchange: Planned, { settings }: Step, attempt: number, ports: Ports): AttemptLimits {
  const { maxAttempts, requestTimeout, idleTimeout } = settings;
  const isLastOfMany = maxAttempts.value > 1 && attempt >= maxAttempts.value;
  const own = isLastOfMany ? null : requestTimeout.value;
  const most = Math.min(ports.upstreamTimeout, own ?? Number.POSITIVE_INFINITY, timeLeft(exchange, ports));
  return {
    firstByte: durationMs(Math.max(1, most)),
    idle: durationMs(Math.min(ports.upstreamTimeout, idleTimeout.value ?? Number.POSITIVE_INFINITY)),
  };
}

const timeLeft = (exchange: Planned, ports: Pick<Ports, 'clock'>) => exchange.deadline - ports.clock.now();

/** How an attempt ended, if another may follow; null when what it has is the answer. */
function endOf(result: Answer | Refusal, ports: Pick<Ports, 'clock'>): AttemptEnd | null {
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
function discard(result: Answer | Refusal): void {
  if (!isRefusal(result) && !(result.body instanceof Uint8Array)) result.body.cancel();
}

const pause = (delay: DurationMs, { timer }: Pick<Ports, 'timer'>) =>
  new Promise<void>((resolve) => {
    if (delay <= 0) resolve();
    else timer.after(delay, resolve);
  });
