import { isRefusal, type Refusal } from '../../errors/refusal.ts';
import { durationMs } from '../../ids.ts';
import { fallsBack } from '../../policy/retry-plan.ts';
import type { Answer } from '../answer.ts';
import { throughCache } from '../cache/through-cache.ts';
import { callWithKeys, discard, endOf, timeLeft } from '../call/call-target.ts';
import { wasCalled } from '../call/circuits.ts';
import { StepQueue, type Turn } from '../call/step-queue.ts';
import type { Planned, Progress, Step } from '../exchange.ts';
import type { Ports } from '../ports.ts';
import type { Found } from './look-up-cache.ts';

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
  /** Those that failed, or that a route went on from. */
  readonly others: readonly TriedStep[];
}

/**
 * Stages 8 and 9. Tries one step after the other until what there is, is the answer (spec 5.7, 5.10): each from the cache or
 * with its attempts (spec 5.6), and each attempt as far as its first useful byte, so that nothing has reached the client
 * when another is tried.
 *
 * @param found what stage 6 saw of the first step; the others are looked up when their turn comes.
 * @returns the step whose result the client gets: the last that succeeded; where none did, the last that failed.
 */
export async function callSteps(
  exchange: Planned,
  found: Found,
  progress: Progress,
  ports: Ports,
): Promise<TriedSteps> {
  const queue = new StepQueue(exchange, ports);
  const others: TriedStep[] = [];
  /** An answer that a route went on from. */
  let kept: TriedStep | null = null;
  const drop = (tried: TriedStep) => {
    discard(tried.result);
    others.push(tried);
  };
  let turn = await queue.first(found, progress);
  for (;;) {
    const began = ports.clock.now();
    const last = await takeStep(turn, ports);
    const took = durationMs(ports.clock.now() - began);
    const end = endOf(last.result, ports);
    const succeeded = end === null;
    const goesOn = (succeeded ? last.step.way !== null : fallsBack(end)) && timeLeft(exchange, ports) > 0;
    const outcome = {
      step: last.step,
      succeeded,
      called: wasCalled(last.progress),
      why: inWords(last.result),
      took,
    };
    if (!goesOn) last.step.way?.stop(outcome);
    const next = goesOn ? await queue.after(outcome) : null;
    if (succeeded) {
      if (kept) drop(kept);
      kept = last;
    }
    if (next === null) {
      if (kept && kept !== last) drop(last);
      return { last: kept ?? last, others };
    }
    if (!succeeded) drop(last);
    turn = next;
  }
}

/** How a step ended, for a route's trace. */
const inWords = (result: Answer | Refusal) =>
  isRefusal(result) ? result.message : `status ${result.status}`;

async function takeStep({ story, step, found, progress, denied }: Turn, ports: Ports): Promise<TriedStep> {
  if (denied) return { exchange: story, step, progress, result: denied };
  let called = step;
  const result = await throughCache(story, step, found, progress, ports, async () => {
    // Only now: what is stored costs nothing, so no budget keeps it back (spec 5.11-7).
    if (story.funds.kind === 'refused') return story.funds.refusal;
    const answered = await callWithKeys(story, step, progress, ports);
    called = answered.step;
    return answered.result;
  });
  return { exchange: story, step: called, progress, result };
}
