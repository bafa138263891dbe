import { isRefusal, type Refusal } from '../../errors/refusal.ts';
import type { RecordId } from '../../ids.ts';
import { NO_MONEY } from '../../money/micros.ts';
import { type Admission, UNLIMITED } from '../../policy/admission.ts';
import type { Planned, PlannedStep, Progress, Step, Tried } from '../exchange.ts';
import { type Funds, settleFunds } from '../money/funds.ts';
import { reserveFunds } from '../money/reserve-funds.ts';
import { beginStep } from '../plan/plan-step.ts';
import type { Ports } from '../ports.ts';
import { admitStep, refusalOf } from '../stages/admit.ts';
import { type Found, lookUpCache } from '../stages/look-up-cache.ts';
import { isOpen, notePassedOver } from './circuits.ts';

/** A step whose turn it is, with all that it needs. */
export interface Turn {
  /** The step as the request that its record tells of. */
  readonly story: Planned;
  readonly step: Step;
  readonly found: Found;
  readonly progress: Progress;
  /** Why the step is not tried at all, not even from the cache: a rate limit of its own is full. */
  readonly denied: Refusal | null;
}

/** What came of a step, for whoever decides what follows. */
export interface StepOutcome extends Tried {
  readonly step: Step;
}

/** The steps of one request in the order in which their turns come: those of an array, and within one those of its route. */
export class StepQueue {
  readonly #exchange: Planned;
  readonly #ports: Ports;
  #later: readonly PlannedStep[];
  /** What the request was counted under so far. */
  #admission: Admission;

  constructor(exchange: Planned, ports: Ports) {
    this.#exchange = exchange;
    this.#admission = exchange.admission ?? UNLIMITED;
    this.#ports = ports;
    this.#later = exchange.steps.slice(1);
  }

  /** @param found what stage 6 saw of the first step; stage 5 counted it and reserved its funds. */
  async first(found: Found, progress: Progress): Promise<Turn> {
    const { steps, funds, id } = this.#exchange;
    const [step] = steps;
    const mayCall = found.answer !== null || !isOpen(this.#exchange, step, this.#ports);
    const instead = mayCall ? null : await this.#insteadOf(step, progress);
    if (instead === null) return this.#withFunds(step, found, funds, id, progress);
    await settleFunds(funds, NO_MONEY);
    return this.#turnOf(instead, id, progress);
  }

  /** Null: what there is, is the answer. */
  async after({ step, ...tried }: StepOutcome): Promise<Turn | null> {
    const onTheWay = await step.way?.after(tried);
    const ofRoute = onTheWay && !isRefusal(onTheWay) ? onTheWay : null;
    const next = ofRoute ?? (tried.succeeded ? null : await this.#nextInArray());
    return next && this.#turnOf(next, this.#newId(), begun());
  }

  async #nextInArray(): Promise<Step | null> {
    for (;;) {
      const [planned, ...later] = this.#later;
      if (!planned) return null;
      this.#later = later;
      const step = await beginStep(planned, this.#ports);
      // A route that ends before its first call is a step that failed.
      if (!isRefusal(step)) return step;
    }
  }

  /**
   * Who is tried in the place of a step whose circuit is open: its route's fallback; else the array's next step, as long as
   * one comes whose circuit is not. Null: nobody, so that the last choice is always called. What is passed over stands among
   * the attempts of the one that is tried.
   */
  async #insteadOf(step: Step, progress: Progress): Promise<Step | null> {
    const onTheWay = (await step.way?.passOver(step)) ?? null;
    const ofRoute = isRefusal(onTheWay) ? null : onTheWay;
    const instead = ofRoute ?? (this.#hasClosed() ? await this.#nextInArray() : null);
    if (instead !== null && instead !== step) notePassedOver(step, progress, this.#ports);
    return instead;
  }

  #hasClosed = () =>
    this.#later.some((later) => 'target' in later && !isOpen(this.#exchange, later, this.#ports));

  async #turnOf(step: Step, id: RecordId, progress: Progress): Promise<Turn> {
    const looked = isOpen(this.#exchange, step, this.#ports) ? await lookUpCache(step, this.#ports) : null;
    const instead = looked && !looked.answer ? await this.#insteadOf(step, progress) : null;
    if (instead) return this.#turnOf(instead, id, progress);
    const [found, admission, funds] = await Promise.all([
      looked ?? lookUpCache(step, this.#ports),
      admitStep(step, this.#admission, this.#ports),
      reserveFunds(step, id, this.#ports),
    ]);
    const denied = refusalOf(admission);
    if (denied) {
      const story = { ...this.#storyOf(step, id), admission, funds };
      return { story, step, found, progress, denied };
    }
    this.#admission = admission;
    return this.#withFunds(step, found, funds, id, progress);
  }

  /** Where a budget of the route cannot carry the call, the route goes on from there (spec 5.10). */
  async #withFunds(step: Step, found: Found, funds: Funds, id: RecordId, progress: Progress): Promise<Turn> {
    const story = { ...this.#storyOf(step, id), funds };
    const turn = { story, step, found, progress, denied: null };
    if (funds.kind !== 'refused' || funds.by === null || found.answer) return turn;
    const instead = (await step.way?.instead(funds.by)) ?? null;
    if (instead === null) return turn;
    if (!isRefusal(instead)) return this.#turnOf(instead, id, progress);
    return { ...turn, story: { ...story, funds: { ...funds, refusal: instead } } };
  }

  #storyOf(step: Step, id: RecordId): Planned {
    const { steps, deadline, funds, requestId } = this.#exchange;
    return {
      ...step.exchange,
      settings: step.settings,
      steps,
      way: step.way,
      deadline,
      admission: this.#admission,
      funds,
      id,
      requestId,
      step: step.index,
    };
  }

  #newId = () => this.#ports.ids.record(this.#ports.clock.now());
}

const begun = (): Progress => ({ attempts: [], firstByteAt: null });
