import type * as z from 'zod/mini';
import { ROUTE_BOUNDS } from '../bounds.ts';
import { checkCondition } from '../condition/check-condition.ts';
import type { RouteFault } from '../fault.ts';
import type { RouteElement } from '../route.ts';
import { ELEMENT_SCHEMAS } from './element-schemas.ts';

/** Whom an account can call. */
export interface Known {
  /** Whose models unified requests can name: a route makes such names of its elements. */
  isProvider(name: string): boolean;
}

type Type = RouteElement['type'];
type Read = { readonly element: RouteElement } | { readonly faults: readonly RouteFault[] };

const TYPES = Object.keys(ELEMENT_SCHEMAS);
const isType = (value: unknown): value is Type => typeof value === 'string' && TYPES.includes(value);

/** One element by itself: whatever of it can be judged without the others. */
export function readElement(value: unknown, index: number, known: Known): Read {
  const id = idOf(value);
  const at = (message: string, path: readonly string[] = []): RouteFault => ({
    element: id,
    message: `${nameOf(id, index)}${path.length > 0 ? ` (${path.join('.').slice(0, 100)})` : ''}: ${message}`,
    path: ['elements', String(index), ...path],
  });
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  if (!isType(type)) return { faults: [at(`must be an object whose type is one of ${TYPES.join(', ')}`)] };
  const read = ELEMENT_SCHEMAS[type].safeParse(value, { reportInput: false });
  if (!read.success)
    return { faults: read.error.issues.map((issue) => at(wordsOf(issue), issue.path.map(String))) };
  const element = elementOf(read.data);
  const faults = beyondSchema(element, known).map(({ message, path }) => at(message, path));
  return faults.length > 0 ? { faults } : { element };
}

type Data = z.infer<(typeof ELEMENT_SCHEMAS)[Type]>;

/** As the contract has it: without the empty properties that some clients send. */
function elementOf(data: Data): RouteElement {
  switch (data.type) {
    case 'start':
      return { id: data.id, type: data.type, outputs: data.outputs };
    case 'end':
      return { id: data.id, type: data.type, outputs: {} };
    default:
      return data;
  }
}

function beyondSchema(element: RouteElement, known: Known): readonly Pick<RouteFault, 'message' | 'path'>[] {
  if (element.type === 'model' && !known.isProvider(element.properties.provider)) {
    const name = element.properties.provider.slice(0, 64);
    return [
      {
        message: `there is no provider "${name}" with models for a route: use a provider's name, or custom-{slug} of an enabled custom provider`,
        path: ['properties', 'provider'],
      },
    ];
  }
  if (element.type === 'conditional')
    return checkCondition(element.properties.conditions).map(({ message, path }) => ({
      message,
      path: ['properties', 'conditions', ...path],
    }));
  return [];
}

function wordsOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'unrecognized_keys') return issue.message;
  const keys = issue.keys.slice(0, 5).map((key) => `"${key.slice(0, 64)}"`);
  return `${keys.join(', ')} ${keys.length > 1 ? 'are' : 'is'} not known here: remove ${keys.length > 1 ? 'them' : 'it'}`;
}

function idOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('id' in value)) return null;
  return typeof value.id === 'string' ? value.id.slice(0, ROUTE_BOUNDS.idLength) : null;
}

const nameOf = (id: string | null, index: number) =>
  id === null ? `The element at index ${index}` : `Element "${id}"`;
