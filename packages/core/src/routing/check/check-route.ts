import { ROUTE_BOUNDS } from '../bounds.ts';
import { countPatterns } from '../condition/count-patterns.ts';
import type { RouteFault } from '../fault.ts';
import type { RouteElement } from '../route.ts';
import { checkBounds } from './check-bounds.ts';
import { checkGraph } from './check-graph.ts';
import { type Known, readElement } from './read-element.ts';

/**
 * Reads a route's elements as they came, when they are saved (spec 5.10-10): all of them, or everything that is wrong, as
 * far as it can be told at once. Any JSON is answered, in time linear in its size.
 */
export function checkRoute(
  elements: unknown,
  known: Known,
): readonly RouteElement[] | { readonly faults: readonly RouteFault[] } {
  const faults: RouteFault[] = [];
  const whole = checkWhole(elements);
  if (typeof whole === 'object' && 'fault' in whole) return { faults: [whole.fault] };
  const read: RouteElement[] = [];
  for (const [index, value] of whole.elements.entries()) {
    const result = readElement(value, index, known);
    if ('element' in result) read.push(result.element);
    else faults.push(...result.faults);
  }
  if (faults.length === 0) faults.push(...checkGraph(read), ...tooManyPatterns(read));
  return faults.length > 0 ? { faults: faults.slice(0, ROUTE_BOUNDS.faults) } : read;
}

function checkWhole(
  elements: unknown,
): { readonly elements: readonly unknown[] } | { readonly fault: RouteFault } {
  if (!Array.isArray(elements) || elements.length === 0)
    return refused('A route needs its elements: an array with at least a "start" and an "end".');
  if (elements.length > ROUTE_BOUNDS.elements)
    return refused(
      `A route has at most ${ROUTE_BOUNDS.elements} elements, this one has ${elements.length}: make several routes of it.`,
    );
  const fault = checkBounds(elements);
  return fault ? { fault } : { elements };
}

const refused = (message: string) => ({ fault: { element: null, message, path: ['elements'] } });

function tooManyPatterns(elements: readonly RouteElement[]): readonly RouteFault[] {
  const patterns = elements.reduce(
    (sum, element) =>
      sum + (element.type === 'conditional' ? countPatterns(element.properties.conditions) : 0),
    0,
  );
  if (patterns <= ROUTE_BOUNDS.patterns) return [];
  return [
    {
      element: null,
      message: `A route has at most ${ROUTE_BOUNDS.patterns} regular expressions, this one has ${patterns}: join them with "|", or use $in.`,
      path: ['elements'],
    },
  ];
}
