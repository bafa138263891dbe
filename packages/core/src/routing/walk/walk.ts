import { assertNever } from '../../assert-never.ts';
import type { JsonValue } from '../../gateway/json-value.ts';
import { durationMs } from '../../ids.ts';
import type { RouteBudget, RouteCount, RoutedRequest, RouteMove, RouteWalk } from '../../ports/routing.ts';
import type { DeployedRoute, Output, RouteElement, RouteStep } from '../route.ts';
import { armAt } from '../split.ts';
import { countedAs, pointOf, tagOf } from './field-value.ts';
import { RequestFields } from './request-fields.ts';
import { RoutePlan } from './route-plan.ts';
import { Trace } from './trace.ts';

type Element<Type extends RouteElement['type']> = Extract<RouteElement, { readonly type: Type }>;

/** What an element came to: the output to leave it by, and why. */
interface Decision {
  readonly branch: string;
  readonly why: string;
  /** That the next model's call is reserved in. */
  readonly budget?: RouteBudget;
}

/** An element that the way has passed. */
interface Passed {
  readonly element: RouteElement;
  readonly budget: RouteBudget | null;
}

/** A model that was not called. */
interface Spared {
  readonly model: Element<'model'>;
  /** That led there. */
  readonly way: ReadonlyMap<string, Passed>;
  readonly decision: Decision;
}

type Asked = Element<'rate'> | Element<'model'>;

/**
 * One request's way, from element to element. What an element has decided holds for the whole request: nothing is counted,
 * drawn or called twice, even where the way goes back and comes by again. So every way ends, over any graph: going forward,
 * no element is passed twice, and each going back closes a branch for good.
 */
export class Walk implements RouteWalk {
  readonly #plan: RoutePlan;
  readonly #fields: RequestFields;
  readonly #draw: () => number;
  readonly #trace = new Trace();
  readonly #decided = new Map<string, Decision>();
  #way = new Map<string, Passed>();
  readonly #spared = new Map<string, Spared>();
  /** Of the fields that keys and sticky splits name. */
  readonly #tags = new Map<string, string>();
  /** Who waits for an answer. */
  #asked: Asked | null = null;

  constructor(route: DeployedRoute, request: RoutedRequest, draw: () => number) {
    this.#plan = RoutePlan.of(route);
    this.#fields = new RequestFields(request);
    this.#draw = draw;
  }

  begin(): RouteMove {
    const { start } = this.#plan;
    return start ? this.#follow(start.id) : end('it has no start.');
  }

  counted(isAdmitted: boolean, took: number): RouteMove {
    const element = this.#answered('rate');
    const limit = this.#limitInWords(element);
    return this.#decide(
      element,
      isAdmitted
        ? { branch: 'success', why: `within ${limit}` }
        : { branch: 'fallback', why: `over ${limit}` },
      took,
    );
  }

  tried(succeeded: boolean, why: string, took: number): RouteMove {
    return this.#decide(this.#answered('model'), outcomeOf(succeeded, why), took);
  }

  stopped(succeeded: boolean, why: string, took: number): void {
    this.#trace.add(this.#answered('model'), null, outcomeOf(succeeded, why).why, took);
  }

  overBudget(id: string, took: number): RouteMove {
    const model = this.#answered('model');
    const passed = this.#way.get(id);
    if (passed?.element.type !== 'rate' || passed.budget === null)
      return this.#decide(model, { branch: 'fallback', why: 'it failed: no budget on the way' }, took);
    this.#goBackTo(id);
    const why = `the call does not fit in ${this.#limitInWords(passed.element)}`;
    return this.#decide(passed.element, { branch: 'fallback', why }, took);
  }

  passedOver(why: string): RouteMove | null {
    const model = this.#answered('model');
    if (outputOf(model, 'fallback') === null || this.#spared.has(model.id)) {
      this.#asked = model;
      return null;
    }
    const decision = { branch: 'fallback', why: `passed over: ${why}` };
    this.#spared.set(model.id, { model, way: new Map(this.#way), decision });
    return this.#decide(model, decision, 0);
  }

  backTo(id: string): void {
    const spared = this.#spared.get(id);
    if (!spared) throw new Error(`"${id}" was not passed over`);
    // Nobody else could be called: should the way come by them again, the others that were passed over are called as well.
    for (const [one, { decision }] of this.#spared)
      if (this.#decided.get(one) === decision) this.#decided.delete(one);
    this.#way = new Map(spared.way);
    this.#asked = spared.model;
  }

  trace(): readonly RouteStep[] {
    return this.#trace.steps();
  }

  #follow(first: string): RouteMove {
    for (let next = first; ; ) {
      const element = this.#plan.element(next);
      if (!element) return end(`it has no element "${next}".`);
      if (this.#way.has(next)) return end(`it leads back to "${next}".`);
      const result = this.#decided.get(next) ?? this.#visit(element);
      if ('kind' in result) return result;
      const onwards = this.#leave(element, result, 0);
      if (typeof onwards !== 'string') return onwards;
      next = onwards;
    }
  }

  #visit(element: RouteElement): Decision | RouteMove {
    switch (element.type) {
      case 'start':
        return { branch: 'next', why: 'every way begins here' };
      case 'conditional':
        return this.#judge(element);
      case 'percentage':
        return this.#split(element);
      case 'rate':
        return this.#limit(element);
      case 'model':
        return this.#call(element);
      case 'end':
        this.#trace.add(element, null, 'the way ends here');
        return end(`it came to "${element.id}".`);
      default:
        return assertNever(element);
    }
  }

  #judge(element: Element<'conditional'>): Decision {
    const condition = this.#plan.condition(element);
    if (!condition) return { branch: 'false', why: 'its condition cannot be read' };
    const holds = condition.holds((path) => this.#fields.read(path));
    const over = condition.fields.length > 0 ? `over ${condition.fields.join(', ').slice(0, 160)}` : '';
    return { branch: String(holds), why: `its condition ${over} ${holds ? 'holds' : 'does not hold'}` };
  }

  #split(element: Element<'percentage'>): Decision {
    const arms = this.#plan.split(element) ?? [];
    const sticky = element.properties?.sticky;
    const value = sticky === undefined ? undefined : this.#read(sticky);
    const isDrawn = value === undefined || value === null;
    const point = isDrawn ? this.#draw() : pointOf(this.#plan.id, element.id, value);
    const decision = {
      branch: armAt(arms, point) ?? '',
      why: isDrawn ? 'drawn at random' : `${this.#tagged(sticky ?? '')} always takes this arm`,
    };
    this.#decided.set(element.id, decision);
    return decision;
  }

  #limit(element: Element<'rate'>): Decision | RouteMove {
    const { limitType, limit, window, key, technique = 'fixed' } = element.properties;
    const common = {
      element: element.id,
      value: countedAs(this.#read(key)),
      window: durationMs(window * 1000),
      technique,
    };
    if (limitType === 'cost')
      return {
        branch: 'success',
        why: `the next model is paid from ${this.#limitInWords(element)}`,
        budget: { ...common, limit: decimal(limit) },
      };
    this.#asked = element;
    const count: RouteCount = { ...common, limit };
    return { kind: 'count', count };
  }

  #call(element: Element<'model'>): RouteMove {
    const { provider, model, timeout, retries } = element.properties;
    this.#asked = element;
    return {
      kind: 'call',
      element: element.id,
      provider,
      model,
      timeout: timeout > 0 ? durationMs(timeout) : null,
      retries,
      budgets: [...this.#way.values()].flatMap(({ budget }) => budget ?? []),
    };
  }

  #answered<Type extends Asked['type']>(type: Type): Element<Type>;
  #answered(type: Asked['type']): Asked {
    const asked = this.#asked;
    if (asked?.type !== type) throw new Error(`no ${type} element waits for an answer`);
    this.#asked = null;
    return asked;
  }

  #decide(element: RouteElement, decision: Decision, took: number): RouteMove {
    this.#decided.set(element.id, decision);
    const onwards = this.#leave(element, decision, took);
    return typeof onwards === 'string' ? this.#follow(onwards) : onwards;
  }

  /** @returns the next element's id. */
  #leave(element: RouteElement, { branch, why, budget }: Decision, took: number): string | RouteMove {
    const next = outputOf(element, branch);
    this.#trace.add(element, next === null ? null : branch, why, took);
    this.#way.set(element.id, { element, budget: budget ?? null });
    return next ?? end(`at "${element.id}" ${why}, and it has no ${branch}.`);
  }

  #goBackTo(id: string): void {
    const passed = [...this.#way.keys()];
    for (const later of passed.slice(passed.indexOf(id))) this.#way.delete(later);
  }

  #read(field: string): JsonValue | undefined {
    const path = this.#plan.field(field);
    return path ? this.#fields.read(path) : undefined;
  }

  /** The field with a tag of its value, never the value. */
  #tagged(field: string): string {
    const known = this.#tags.get(field);
    if (known !== undefined) return known;
    const tagged = `${field} ${tagOf(this.#read(field))}`;
    this.#tags.set(field, tagged);
    return tagged;
  }

  #limitInWords({ properties: { limitType, limit, window, key } }: Element<'rate'>): string {
    const most = limitType === 'cost' ? `${limit} USD` : `${limit} requests`;
    return `${most} in ${window} s for ${this.#tagged(key)}`;
  }
}

const outcomeOf = (succeeded: boolean, why: string): Decision =>
  succeeded ? { branch: 'success', why: 'it answers' } : { branch: 'fallback', why: `it failed: ${why}` };

const end = (why: string): RouteMove => ({ kind: 'end', why });

function outputOf(element: RouteElement, branch: string): string | null {
  const outputs: Readonly<Record<string, Output | undefined>> = element.outputs ?? {};
  return Object.hasOwn(outputs, branch) ? (outputs[branch]?.elementId ?? null) : null;
}

/** Without an exponent; less than a micro-dollar is nothing. */
const decimal = (dollars: number): string => (dollars < 1e-6 ? '0' : String(dollars));
