/** One thing that keeps a route from being saved. */
export interface RouteFault {
  /** The element's id; null: it is about the route as a whole, or about an element without a usable id. */
  readonly element: string | null;
  /** What is wrong and what to do about it. */
  readonly message: string;
  /** Where it is, within the body: `elements`, an index, and so on. */
  readonly path: readonly string[];
}
