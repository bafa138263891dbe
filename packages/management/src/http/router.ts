export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One path of the API and what each method does there. Segments in braces are parameters: `/gateways/{gateway}`. */
export interface Resource<Endpoint> {
  readonly pattern: string;
  readonly methods: Readonly<Partial<Record<Method, Endpoint>>>;
}

export type PathParameters = Readonly<Record<string, string>>;

export type Match<Endpoint> =
  | { readonly kind: 'found'; readonly endpoint: Endpoint; readonly parameters: PathParameters }
  | { readonly kind: 'wrong-method'; readonly allow: readonly string[] }
  | { readonly kind: 'no-route' };

/**
 * Finds the endpoint for a method and an undecoded path. Each segment is decoded after the path is split, so that an
 * encoded slash stays inside its segment (spec 1.6-1). The first pattern that fits the path wins: fixed names stand
 * before parameters in the list.
 */
export function buildRouter<Endpoint>(resources: readonly Resource<Endpoint>[]) {
  const routes = resources.map(({ pattern, methods }) => ({
    segments: pattern.split('/'),
    methods: new Map<string, Endpoint>(Object.entries(methods)),
  }));
  return function match(method: string, path: string): Match<Endpoint> {
    const given = path.split('/');
    for (const { segments, methods } of routes) {
      const parameters = fit(segments, given);
      if (parameters === null) continue;
      const endpoint = methods.get(method);
      return endpoint === undefined
        ? { kind: 'wrong-method', allow: [...methods.keys()] }
        : { kind: 'found', endpoint, parameters };
    }
    return { kind: 'no-route' };
  };
}

function fit(segments: readonly string[], given: readonly string[]): PathParameters | null {
  if (segments.length !== given.length) return null;
  const parameters: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const text = decodeSegment(given[index] ?? '');
    if (segment.startsWith('{')) {
      if (text === null || text === '') return null;
      parameters[segment.slice(1, -1)] = text;
    } else if (text !== segment) {
      return null;
    }
  }
  return parameters;
}

function decodeSegment(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    // A stray percent sign: no path of ours has one, so this path leads nowhere.
    return null;
  }
}
