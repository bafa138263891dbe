import { isRefusal, Refusal } from '../../errors/refusal.ts';
import { type DurationMs, durationMs } from '../../ids.ts';
import type { EffectiveSettings } from '../../policy/effective-settings.ts';
import { StoreUnavailable } from '../../ports/config-source.ts';
import type { Budget } from '../../ports/ledger.ts';
import type { LimitVerdict } from '../../ports/rate-limiter.ts';
import type { RouteCount, RouteMove, RouteWalk } from '../../ports/routing.ts';
import type { RouteTrace } from '../../routing/route.ts';
import { budgetElement, routeBudget, routeLimit } from '../../routing/route-limits.ts';
import type { Authenticated, RoutedStep, Step, Tried, Way } from '../exchange.ts';
import type { Ports } from '../ports.ts';

type Call = Extract<RouteMove, { readonly kind: 'call' }>;
type WayPorts = Pick<Ports, 'rateLimiter' | 'faults' | 'clock'>;

/** A model that was passed over. */
interface Spared {
  readonly element: string;
  readonly step: Step;
}

/**
 * One request's way through a route (spec 5.10): asks what the walk wants to know, and makes a step of each model that it
 * comes to. A model that cannot be planned failed like one that cannot be called.
 */
export class RouteWay implements Way {
  readonly #basis: RoutedStep;
  readonly #walk: RouteWalk;
  readonly #ports: WayPorts;
  /** What was counted on the way, to be given back when the request is not let in. */
  readonly #counted: LimitVerdict[] = [];
  #lastRefusal: Refusal | null = null;
  /** The providers whose models were called, or would have been. */
  readonly #earlier = new Set<string>();
  /** How the way ended: nothing comes after it. */
  #end: Refusal | null = null;
  #calls = 0;
  /** The model element whose turn it is. */
  #here = '';
  /** The first model that was passed over since anybody was called or answered. */
  #spared: Spared | null = null;

  constructor(basis: RoutedStep, walk: RouteWalk, ports: WayPorts) {
    this.#basis = basis;
    this.#walk = walk;
    this.#ports = ports;
  }

  get trace(): RouteTrace {
    const { id, versionId } = this.#basis.routed.route;
    return { route: id, version: versionId, steps: this.#walk.trace() };
  }

  /** The first model to call, or how the way ended without any. */
  begin(): Promise<Step | Refusal> {
    return this.#follow(this.#walk.begin());
  }

  async after({ succeeded, called, why, took }: Tried): Promise<Step | Refusal> {
    if (succeeded || called) this.#spared = null;
    return this.#end ?? this.#follow(this.#walk.tried(succeeded, why, took));
  }

  stop({ succeeded, why, took }: Tried): void {
    if (this.#end === null) this.#walk.stopped(succeeded, why, took);
  }

  async passOver(step: Step): Promise<Step | Refusal | null> {
    const move = this.#walk.passedOver(`the circuit of ${step.target.provider.slug} is open`);
    if (move === null) return null;
    this.#spared ??= { element: this.#here, step };
    return this.#follow(move);
  }

  async instead(budget: Budget): Promise<Step | Refusal | null> {
    const element = budgetElement(this.#basis.routed.route.id, budget);
    return element === null ? null : this.#follow(this.#walk.overBudget(element, 0));
  }

  async giveBack(): Promise<void> {
    await Promise.all(
      this.#counted.splice(0).map((verdict) => (verdict.admitted ? verdict.giveBack() : undefined)),
    );
  }

  async #follow(first: RouteMove): Promise<Step | Refusal> {
    let move = first;
    for (;;) {
      switch (move.kind) {
        case 'count': {
          const began = this.#ports.clock.now();
          const isAdmitted = await this.#count(move.count);
          move = this.#walk.counted(isAdmitted, this.#ports.clock.now() - began);
          break;
        }
        case 'call': {
          const step = await this.#stepFor(move);
          if (!isRefusal(step)) {
            this.#here = move.element;
            return step;
          }
          this.#lastRefusal = step;
          move = this.#walk.tried(false, step.message, 0);
          break;
        }
        case 'end':
          if (this.#spared) return this.#backTo(this.#spared);
          this.#end = this.#ended(move.why);
          return this.#end;
      }
    }
  }

  /** Nobody else could be called, and an open circuit turns no answer into a refusal. */
  #backTo({ element, step }: Spared): Step {
    this.#spared = null;
    this.#here = element;
    this.#walk.backTo(element);
    return step;
  }

  /** What cannot be counted passes, like every rate limit of a gateway that does not say otherwise (design 12). */
  async #count(count: RouteCount): Promise<boolean> {
    if (count.limit < 1) return false;
    const { exchange, routed } = this.#basis;
    try {
      const verdict = await this.#ports.rateLimiter.take(
        routeLimit(exchange.gateway, routed.route.id, count),
      );
      this.#counted.push(verdict);
      return verdict.admitted;
    } catch (cause) {
      if (!(cause instanceof StoreUnavailable)) throw cause;
      this.#ports.faults.report('a route’s element could not be counted', cause, this.#basis.exchange.id);
      return true;
    }
  }

  async #stepFor({ provider, model, timeout, retries, budgets }: Call): Promise<Step | Refusal> {
    const { exchange, settings, index, isOnly, routed } = this.#basis;
    const earlier = [...this.#earlier];
    const replan = (again: Authenticated) => routed.planAs(again, provider, model, earlier);
    const target = await replan(exchange);
    if (isRefusal(target)) return target;
    this.#earlier.add(target.provider.slug);
    return {
      index: isOnly ? this.#calls++ : index,
      isOnly,
      exchange,
      target,
      replan,
      way: this,
      settings: routedSettings(settings, timeout, retries),
      budgets: budgets.map((budget) => routeBudget(exchange.gateway, routed.route.id, budget)),
    };
  }

  #ended(why: string): Refusal {
    if (this.#lastRefusal) return this.#lastRefusal;
    const { name } = this.#basis.routed.route;
    const isLimited = this.#walk.trace().at(-1)?.type === 'rate';
    return new Refusal(isLimited ? 'routeLimited' : 'routeEnded', {
      message: `The route "${name}" ended without an answer: ${why}`,
    });
  }
}

/** A model element's own timeout and retries (spec 5.10) instead of the request's. */
function routedSettings(
  settings: EffectiveSettings,
  timeout: DurationMs | null,
  retries: number,
): EffectiveSettings {
  return {
    ...settings,
    ...(timeout === null ? {} : { requestTimeout: { value: durationMs(timeout), source: 'route' } }),
    maxAttempts: { value: retries + 1, source: 'route' },
  };
}
