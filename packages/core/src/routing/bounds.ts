/** What bounds a route, so that reading, checking and walking one takes bounded time (docs/dynamic-routing.md). */
export const ROUTE_BOUNDS = {
  elements: 1000,
  /** Bytes of the elements as JSON. */
  size: 200_000,
  /** Objects and arrays within each other. */
  depth: 40,
  idLength: 64,
  /** Outputs of a percentage element. */
  outputs: 20,
  /** Operators and fields of one conditional element. */
  conditionTerms: 200,
  /** Values of one `$in` or `$nin`. */
  listed: 1000,
  pathLength: 256,
  /** Names in a path into the body. */
  pathNames: 20,
  modelLength: 256,
  /** Milliseconds. */
  timeout: 900_000,
  retries: 5,
  /** Requests. */
  count: 1_000_000_000,
  dollars: 1_000_000_000,
  /** Seconds: a year. */
  window: 31_536_000,
  /** Regular expressions of one route. */
  patterns: 20,
  patternLength: 256,
  /** Instructions that a regular expression compiles to, about. */
  patternSize: 200,
  /** Characters of a field that a regular expression looks at. */
  subjectLength: 4096,
  /** Values of an array that a condition looks at, those of arrays within it counted. */
  entries: 100,
  /** Of a body. */
  bodyDepth: 100,
  /** Told of one route. */
  faults: 50,
} as const;
