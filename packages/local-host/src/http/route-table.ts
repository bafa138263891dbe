import type { LocalFunction } from '../functions/local-function.ts';

/** One method of the API and the function behind it. */
export interface Route {
  readonly resourceId: string;
  /** The resource's path with its placeholders: `/v1/{account}/{proxy+}`. */
  readonly resource: string;
  readonly target: LocalFunction;
  /** `ResponseTransferMode: STREAM`. */
  readonly streaming: boolean;
  /** How long the integration waits for its answer. */
  readonly timeoutMs: number;
}

export interface Match {
  readonly route: Route;
  /** Values of the placeholders, percent-encoded as they came; null when the resource has none. */
  readonly pathParameters: Record<string, string> | null;
}

interface Node {
  readonly fixed: Map<string, Node>;
  /** `{x}` and `{x+}`: a resource has at most one child of each kind. */
  variable: { readonly name: string; readonly node: Node } | null;
  greedy: { readonly name: string; readonly node: Node } | null;
  readonly methods: Map<string, Route>;
}

const PLACEHOLDER = /^\{([^+}]+)(\+?)\}$/;

/**
 * Finds the method for a path, as API Gateway does: a fixed segment before `{x}` before `{x+}`, and the method itself
 * before `ANY`. The more specific resource decides: when it lacks the method, no less specific one is tried. Resources
 * without any method are no candidates. `{x+}` takes one segment or more.
 */
export class RouteTable {
  readonly #root: Node = node();

  /** @param segments the resource's path, split. @param httpMethod upper case, or `ANY`. */
  add(segments: readonly string[], httpMethod: string, route: Route): void {
    let at = this.#root;
    for (const segment of segments) at = child(at, segment);
    at.methods.set(httpMethod, route);
  }

  /** @param path without query, as it came. A single slash at its end does not matter. */
  find(httpMethod: string, path: string): Match | null {
    if (!path.startsWith('/')) return null;
    const found = descend(this.#root, path.slice(1).split('/'), 0, []);
    const route = found?.node.methods.get(httpMethod) ?? found?.node.methods.get('ANY');
    if (!found || !route) return null;
    return { route, pathParameters: found.parameters };
  }
}

interface Found {
  readonly node: Node;
  readonly parameters: Record<string, string> | null;
}

function descend(
  at: Node,
  segments: readonly string[],
  index: number,
  names: readonly string[],
): Found | null {
  const segment = segments[index] ?? '';
  if (segment === '' && index >= segments.length - 1) {
    return at.methods.size > 0 ? { node: at, parameters: collect(names) } : null;
  }
  const fixed = at.fixed.get(segment);
  const viaFixed = fixed && descend(fixed, segments, index + 1, names);
  if (viaFixed) return viaFixed;
  if (at.variable && segment !== '') {
    const found = descend(at.variable.node, segments, index + 1, [...names, at.variable.name, segment]);
    if (found) return found;
  }
  if (at.greedy && at.greedy.node.methods.size > 0) {
    const rest = segments.slice(index).join('/');
    if (rest !== '') return { node: at.greedy.node, parameters: collect([...names, at.greedy.name, rest]) };
  }
  return null;
}

function collect(names: readonly string[]): Record<string, string> | null {
  if (names.length === 0) return null;
  const parameters: Record<string, string> = {};
  for (let index = 0; index < names.length; index += 2)
    parameters[names[index] ?? ''] = names[index + 1] ?? '';
  return parameters;
}

function node(): Node {
  return { fixed: new Map(), variable: null, greedy: null, methods: new Map() };
}

function child(at: Node, segment: string): Node {
  const placeholder = PLACEHOLDER.exec(segment);
  if (!placeholder) {
    const existing = at.fixed.get(segment) ?? node();
    at.fixed.set(segment, existing);
    return existing;
  }
  const kind = placeholder[2] === '+' ? 'greedy' : 'variable';
  const existing = at[kind] ?? { name: placeholder[1] ?? '', node: node() };
  at[kind] = existing;
  return existing.node;
}
