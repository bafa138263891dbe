import { isRefusal } from '../../errors/refusal.ts';
import type { DurationMs, RecordId } from '../../ids.ts';
import { NO_MONEY } from '../../money/micros.ts';
import type { Planned, PlannedStep, Progress, Step } from '../exchange.ts';
import { type Funds, settleFunds } from '../money/funds.ts';
import { reserveFunds } from '../money/reserve-funds.ts';
import { beginStep } from '../plan/plan-step.ts';
import type { Ports } from '../ports.ts';
import { type Found, lookUpCache } from '../stages/look-up-cache.ts';
import { isPassedOver, notePassedOver } from './circuits.ts';

/** A step whose turn it is, with all that it needs. */
export interface Turn {
  /** The step as the request that its record tells of. */
  readonly story: Planned;
  readonly step: Step;
  readonly found: Found;
  readonly progress: Progress;
}

/** What came of a step, for whoever decides what follows. */
export interface StepOutcome {
  readonly step: Step;
  readonly succeeded: boolean;
  readonly why: string;
  readonly took: DurationMs;
}

/** The steps of one request in the order in which their turns come: those of an array, and within one those of its route. */
export class StepQueue {
  readonly #exchange: Planned;
  readonly #ports: Ports;
  #later: readonly PlannedStep[];

  constructor(exchange: Planned, ports: Ports) {
    this.#exchange = exchange;
    this.#ports = ports;
    this.#later = exchange.steps.slice(1);
  }

  /** @param found what stage 6 saw of the first step; stage 5 reserved its funds. */
  async first(found: Found, progress: Progress): Promise<Turn> {
    const { steps, funds, id } = this.#exchange;
    const [step] = steps;
    if (found.answer || !this.#isPassedOver(step)) return this.#withFunds(step, found, funds, id, progress);
    await settleFunds(funds, NO_MONEY);
    notePassedOver(step, progress, this.#ports);
    return (await this.#fromArray(progress, id)) ?? this.#turnOf(step, id, progress);
  }

  /** Null: what there is, is the answer. */
  async after({ step, succeeded, why, took }: StepOutcome): Promise<Turn | null> {
    const onTheWay = await step.way?.after(succeeded, why, took);
    if (onTheWay && !isRefusal(onTheWay)) return this.#turnOf(onTheWay, this.#newId(), begun());
    return succeeded ? null : this.#fromArray(begun(), this.#newId());
  }

  /** The array's next step that is not passed over; those that are stand among the attempts of the one that is tried. */
  async #fromArray(progress: Progress, id: RecordId): Promise<Turn | null> {
    for (;;) {
      const [planned, ...later] = this.#later;
      if (!planned) return null;
      this.#later = later;
      const step = await beginStep(planned, this.#ports);
      // A route that ends before its first call is a step that failed.
      if (isRefusal(step)) continue;
      if (!this.#isPassedOver(step)) return this.#turnOf(step, id, progress);
      notePassedOver(step, progress, this.#ports);
    }
  }

  #isPassedOver(step: Step): boolean {
    const others = this.#later.filter((later): later is Step => 'target' in later);
    return isPassedOver(this.#exchange, step, others, this.#ports);
  }

  async #turnOf(step: Step, id: RecordId, progress: Progress): Promise<Turn> {
    const [found, funds] = await Promise.all([
      lookUpCache(step, this.#ports),
      reserveFunds(step, id, this.#ports),
    ]);
    return this.#withFunds(step, found, funds, id, progress);
  }

  /** Where a budget of the route cannot carry the call, the route goes on from there (spec 5.10). */
  async #withFunds(step: Step, found: Found, funds: Funds, id: RecordId, progress: Progress): Promise<Turn> {
    const story = { ...this.#storyOf(step, id), funds };
    const turn = { story, step, found, progress };
    if (funds.kind !== 'refused' || funds.by === null || found.answer) return turn;
    const instead = (await step.way?.instead(funds.by)) ?? null;
    if (instead === null) return turn;
    if (!isRefusal(instead)) return this.#turnOf(instead, id, progress);
    return { ...turn, story: { ...story, funds: { ...funds, refusal: instead } } };
  }

  #storyOf(step: Step, id: RecordId): Planned {
    const { steps, deadline, admission, funds, requestId } = this.#exchange;
    return {
      ...step.exchange,
      settings: step.settings,
      steps,
      way: step.way,
      deadline,
      admission,
      funds,
      id,
      requestId,
      step: step.index,
    };
  }

  #newId = () => this.#ports.ids.record(this.#ports.clock.now());
}

const begun = (): Progress => ({ attempts: [], firstByteAt: null });
