import { type Condition, compileCondition } from '../condition/compile-condition.ts';
import { type FieldPath, parseFieldPath } from '../field-path.ts';
import type { DeployedRoute, RouteElement } from '../route.ts';
import { type Arm, readSplit } from '../split.ts';

type Element<Type extends RouteElement['type']> = Extract<RouteElement, { readonly type: Type }>;

/**
 * A deployed version, prepared for walks: made once, kept as long as the version is. What an element needs is prepared when
 * the first request comes to it. Null, of anything: it is not as it would have been saved.
 */
export class RoutePlan {
  readonly id: string;
  readonly start: RouteElement | null;
  readonly #elements = new Map<string, RouteElement>();
  readonly #conditions = new Map<RouteElement, Condition | null>();
  readonly #splits = new Map<RouteElement, readonly Arm[] | null>();
  readonly #fields = new Map<string, FieldPath | null>();

  static readonly #plans = new WeakMap<DeployedRoute, RoutePlan>();

  static of(route: DeployedRoute): RoutePlan {
    const known = RoutePlan.#plans.get(route);
    if (known) return known;
    const plan = new RoutePlan(route);
    RoutePlan.#plans.set(route, plan);
    return plan;
  }

  private constructor({ id, elements }: DeployedRoute) {
    this.id = id;
    for (const element of elements)
      if (!this.#elements.has(element.id)) this.#elements.set(element.id, element);
    this.start = elements.find(({ type }) => type === 'start') ?? null;
  }

  element(id: string): RouteElement | null {
    return this.#elements.get(id) ?? null;
  }

  condition(element: Element<'conditional'>): Condition | null {
    return remembered(this.#conditions, element, () => compileCondition(element.properties?.conditions));
  }

  split(element: Element<'percentage'>): readonly Arm[] | null {
    return remembered(this.#splits, element, () => {
      const arms = readSplit(element.outputs ?? {});
      return typeof arms === 'string' ? null : arms;
    });
  }

  field(text: string): FieldPath | null {
    return remembered(this.#fields, text, () => {
      const path = parseFieldPath(text);
      return typeof path === 'string' ? null : path;
    });
  }
}

function remembered<Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value {
  const before = known.get(key);
  if (before !== undefined) return before;
  const made = make();
  known.set(key, made);
  return made;
}
