import type { RouteElement, RouteStep } from '../route.ts';

/** Steps of a record, so that no route makes it large. */
const MOST = 100;
const LONGEST = 240;

/** What happened on a way, as it will be recorded: of a very long one its first and last steps. */
export class Trace {
  readonly #steps: RouteStep[] = [];

  add(element: RouteElement, branch: string | null, why: string, duration = 0): void {
    if (this.#steps.length === MOST) this.#steps.splice(MOST / 2, 1);
    this.#steps.push({
      element: element.id,
      type: element.type,
      branch,
      why: why.slice(0, LONGEST),
      duration,
    });
  }

  steps(): readonly RouteStep[] {
    return [...this.#steps];
  }
}
