import { isNativeError } from 'node:util/types';

/** Takes one line, or several, from a part of the host: a function's name, or `host`. */
export type Log = (source: string, text: string) => void;

/** Standard error, each line under the name of its source. */
export const logToStderr: Log = (source, text) => {
  process.stderr.write(`${text.replace(/^/gm, `[${source}] `)}\n`);
};

/** An error with its stack and causes, on as many lines as it takes. */
export function describeError(error: unknown): string {
  if (!isNativeError(error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${describeError(error.cause)}`;
  return `${error.stack ?? `${error.name}: ${error.message}`}${cause}`;
}
