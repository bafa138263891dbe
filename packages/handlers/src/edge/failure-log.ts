/**
 * One line of JSON in the function's log. Messages are those of our own errors; of what lies beneath only the names
 * are told, because a service's message may quote what it was sent.
 */
export function logFailure(what: string, error: unknown, requestId: string): void {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const line = { level: 'error', what, requestId, error: name, message, causes: causesOf(error), stack };
  process.stderr.write(`${JSON.stringify(line)}\n`);
}

/** The names of an error's causes, nearest first. */
export function causesOf(error: unknown): string[] {
  const names: string[] = [];
  let cause = error instanceof Error ? error.cause : undefined;
  while (cause instanceof Error && names.length < 5) {
    names.push(cause.name);
    cause = cause.cause;
  }
  return names;
}
