import type { RouteFault } from '../fault.ts';
import type { Output, RouteElement } from '../route.ts';

interface Placed {
  readonly element: RouteElement;
  readonly index: number;
}

/** What is wrong with how elements hang together (spec 5.10-10). In time linear in elements and outputs, without recursion. */
export function checkGraph(elements: readonly RouteElement[]): readonly RouteFault[] {
  const byId = new Map<string, Placed>();
  const faults: RouteFault[] = [];
  elements.forEach((element, index) => {
    if (byId.has(element.id))
      faults.push(
        fault({ element, index }, 'its id is taken by an element before it: give it another', 'id'),
      );
    else byId.set(element.id, { element, index });
  });
  const placed = elements.map((element, index) => ({ element, index }));
  const starts = placed.filter(({ element }) => element.type === 'start');
  const [start, ...others] = starts;
  for (const other of others)
    faults.push(fault(other, 'a route has exactly one start: remove this one', 'type'));
  if (!start)
    faults.push({
      element: null,
      message: 'The route has no start: add an element of type "start".',
      path: ['elements'],
    });
  faults.push(...placed.flatMap((from) => leadsNowhere(from, byId)));
  // Ways can only be followed where every output leads somewhere.
  if (!start || faults.length > 0) return faults;
  const seen = reachable(start, byId);
  return [
    ...circles(placed, byId),
    ...placed
      .filter(({ element }) => !seen.has(element.id))
      .map((lost) => fault(lost, 'no way leads to it: point an output at it, or remove it', 'id')),
    ...(placed.some(({ element }) => element.type === 'end' && seen.has(element.id)) ? [] : [NO_END]),
  ];
}

const NO_END: RouteFault = {
  element: null,
  message: 'No way reaches an end: add an element of type "end" and point an output at it.',
  path: ['elements'],
};

const outputsOf = (element: RouteElement): readonly (readonly [string, Output])[] =>
  Object.entries<Output | undefined>(element.outputs ?? {}).flatMap(([branch, output]) =>
    output ? [[branch, output] as const] : [],
  );

function leadsNowhere(from: Placed, byId: ReadonlyMap<string, Placed>): readonly RouteFault[] {
  return outputsOf(from.element).flatMap(([branch, { elementId }]) => {
    const at = (message: string) => [fault(from, message, 'outputs', branch, 'elementId')];
    if (elementId === from.element.id)
      return at(`its output "${branch}" leads to itself: point it at a later element`);
    if (byId.has(elementId)) return [];
    return at(
      `its output "${branch}" leads to "${elementId.slice(0, 64)}", which is no element of this route`,
    );
  });
}

function reachable(start: Placed, byId: ReadonlyMap<string, Placed>): ReadonlySet<string> {
  const seen = new Set([start.element.id]);
  const pending = [start.element];
  for (let element = pending.pop(); element; element = pending.pop())
    for (const [, { elementId }] of outputsOf(element)) {
      const next = byId.get(elementId);
      if (!next || seen.has(elementId)) continue;
      seen.add(elementId);
      pending.push(next.element);
    }
  return seen;
}

/** Depth first: an output that leads to an element whose own ways are still being followed closes a circle. */
function circles(placed: readonly Placed[], byId: ReadonlyMap<string, Placed>): readonly RouteFault[] {
  const faults: RouteFault[] = [];
  const state = new Map<string, 'open' | 'done'>();
  for (const root of placed) {
    if (state.has(root.element.id)) continue;
    state.set(root.element.id, 'open');
    const way = [{ ...root, left: [...outputsOf(root.element)] }];
    for (let here = way.at(-1); here; here = way.at(-1)) {
      const output = here.left.pop();
      if (!output) {
        state.set(here.element.id, 'done');
        way.pop();
        continue;
      }
      const [branch, { elementId }] = output;
      const next = byId.get(elementId);
      if (!next || state.get(elementId) === 'done') continue;
      if (state.get(elementId) === 'open') {
        const message = `its output "${branch}" leads back to "${elementId}", in a circle: point it at an element that comes later`;
        faults.push(fault(here, message, 'outputs', branch, 'elementId'));
        continue;
      }
      state.set(elementId, 'open');
      way.push({ ...next, left: [...outputsOf(next.element)] });
    }
  }
  return faults;
}

const fault = ({ element, index }: Placed, message: string, ...path: readonly string[]): RouteFault => ({
  element: element.id,
  message: `Element "${element.id}": ${message}.`,
  path: ['elements', String(index), ...path],
});
