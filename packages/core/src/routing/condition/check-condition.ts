import { ROUTE_BOUNDS } from '../bounds.ts';
import { parseFieldPath } from '../field-path.ts';
import { isForbiddenName } from '../forbidden-name.ts';
import { compilePattern } from './pattern.ts';

/** What is wrong with a condition, and where in it. */
export interface ConditionFault {
  readonly message: string;
  readonly path: readonly string[];
}

type Members = Readonly<Record<string, unknown>>;

const JOINING: ReadonlySet<string> = new Set(['$and', '$or', '$nor']);
const EQUALLING: ReadonlySet<string> = new Set(['$eq', '$ne']);
const ORDERING: ReadonlySet<string> = new Set(['$gt', '$gte', '$lt', '$lte']);
const OPERATORS =
  '$eq, $ne, $in, $nin, $gt, $gte, $lt, $lte, $exists, $regex with $options, and $not; around fields $and, $or, $nor and $not';

export const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether an object is a set of operators, rather than a value to be equal to. */
const isOperators = (value: unknown): value is Members =>
  isMembers(value) && Object.keys(value).some((key) => key.startsWith('$'));

/**
 * Our own list of operators (spec 5.10-3), checked when a route is saved and again before its conditions are compiled: what
 * is not on it never reaches the matcher, which knows some that run code.
 */
export function checkCondition(condition: unknown): readonly ConditionFault[] {
  const check = new ConditionCheck();
  check.query(condition, [], 0);
  return check.faults;
}

class ConditionCheck {
  readonly faults: ConditionFault[] = [];
  #terms = 0;

  /** Fields with what they must be, joined by `and`. */
  query(query: unknown, path: readonly string[], depth: number): void {
    if (!isMembers(query)) {
      this.#say(path, 'must be an object of fields and what they must be');
      return;
    }
    if (depth > ROUTE_BOUNDS.depth) {
      this.#say(path, 'is nested too deep: flatten it');
      return;
    }
    for (const [key, value] of Object.entries(query)) {
      if (!this.#isWithinTerms(path)) return;
      const at = [...path, key];
      if (JOINING.has(key)) this.#joined(value, at, depth);
      else if (key === '$not') this.query(value, at, depth + 1);
      else if (key.startsWith('$'))
        this.#say(at, `"${key.slice(0, 32)}" is no operator here; there are ${OPERATORS}`);
      else this.#field(key, value, at, depth);
    }
  }

  #joined(queries: unknown, path: readonly string[], depth: number): void {
    if (!Array.isArray(queries) || queries.length === 0) {
      this.#say(path, 'must be an array of at least one condition');
      return;
    }
    for (const [index, query] of queries.entries()) {
      if (!this.#isWithinTerms(path)) return;
      this.query(query, [...path, String(index)], depth + 1);
    }
  }

  #field(name: string, value: unknown, path: readonly string[], depth: number): void {
    const field = parseFieldPath(name);
    if (typeof field === 'string') this.#say(path, field);
    if (isOperators(value)) this.#operators(value, path, depth);
    else this.#literal(value, path);
  }

  #operators(operators: Members, path: readonly string[], depth: number): void {
    if (depth > ROUTE_BOUNDS.depth) {
      this.#say(path, 'is nested too deep: flatten it');
      return;
    }
    for (const [operator, value] of Object.entries(operators)) {
      if (!this.#isWithinTerms(path)) return;
      const at = [...path, operator];
      if (EQUALLING.has(operator)) this.#literal(value, at);
      else if (ORDERING.has(operator)) {
        if (typeof value !== 'string' && !Number.isFinite(value)) this.#say(at, 'must be a number or a text');
      } else if (operator === '$in' || operator === '$nin') this.#list(value, at);
      else if (operator === '$exists') {
        if (typeof value !== 'boolean') this.#say(at, 'must be true or false');
      } else if (operator === '$regex') this.#regex(value, operators.$options, at);
      else if (operator === '$not') {
        if (isOperators(value)) this.#operators(value, at, depth + 1);
        else this.#say(at, 'must be an object of operators');
      } else if (operator === '$options') {
        if (operators.$regex === undefined) this.#say(at, 'belongs to a $regex beside it');
      } else this.#say(at, `"${operator.slice(0, 32)}" is no operator here; there are ${OPERATORS}`);
    }
  }

  #list(values: unknown, path: readonly string[]): void {
    if (!Array.isArray(values)) {
      this.#say(path, 'must be an array of values');
      return;
    }
    if (values.length > ROUTE_BOUNDS.listed) {
      this.#say(path, `has at most ${ROUTE_BOUNDS.listed} values: use metadata that groups them`);
      return;
    }
    for (const [index, value] of values.entries()) this.#literal(value, [...path, String(index)]);
  }

  #regex(source: unknown, options: unknown, path: readonly string[]): void {
    if (typeof source !== 'string' || (options !== undefined && typeof options !== 'string')) {
      this.#say(path, '$regex and its $options must be texts');
      return;
    }
    const pattern = compilePattern(source, options ?? '');
    if (typeof pattern === 'string') this.#say(path, pattern);
  }

  #literal(value: unknown, path: readonly string[], depth = 0): void {
    if (typeof value === 'number' && !Number.isFinite(value)) this.#say(path, 'must be a number');
    if (typeof value !== 'object' || value === null) return;
    if (depth > ROUTE_BOUNDS.depth) {
      this.#say(path, 'is nested too deep: compare a field within it');
      return;
    }
    for (const [key, member] of Object.entries(value)) {
      const at = [...path, key];
      if (key.startsWith('$'))
        this.#say(at, `"${key.slice(0, 32)}" stands inside a value, where operators do not`);
      else if (isForbiddenName(key)) this.#say(at, `no key may be named "${key}"`);
      else this.#literal(member, at, depth + 1);
    }
  }

  #isWithinTerms(path: readonly string[]): boolean {
    this.#terms += 1;
    if (this.#terms === ROUTE_BOUNDS.conditionTerms + 1)
      this.#say(
        path.slice(0, 1),
        `a condition has at most ${ROUTE_BOUNDS.conditionTerms} fields and operators: use $in, or two elements`,
      );
    return this.#terms <= ROUTE_BOUNDS.conditionTerms;
  }

  #say(path: readonly string[], message: string): void {
    if (this.faults.length < ROUTE_BOUNDS.faults) this.faults.push({ message, path });
  }
}
