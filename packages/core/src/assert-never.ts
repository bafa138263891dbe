/** Ends a switch over a union: a forgotten case is a compile error, not a surprise at run time. */
export function assertNever(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`);
}
