/** One line of the function's log. It names places and faults, never what a record holds. */
export interface ReportLine {
  readonly level: 'warn' | 'error';
  /** What happened, for filters: `record-refused`. */
  readonly event: string;
  readonly [detail: string]: string | number | readonly string[];
}

export type Report = (line: ReportLine) => void;

export const writeLine: Report = (line) => {
  process.stderr.write(`${JSON.stringify(line)}\n`);
};

/** An error for a line. Of its causes only the names, nearest first: what lies beneath may quote what it was sent. */
export function describeError(error: unknown): {
  readonly error: string;
  readonly causes: readonly string[];
} {
  const causes: string[] = [];
  let cause = error instanceof Error ? error.cause : undefined;
  while (cause instanceof Error && causes.length < 5) {
    causes.push(cause.name);
    cause = cause.cause;
  }
  return { error: error instanceof Error ? `${error.name}: ${error.message}` : 'not an error', causes };
}
