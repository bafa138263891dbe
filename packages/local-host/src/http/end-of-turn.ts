let waiting: Array<() => void> = [];

/**
 * Runs `flush` when everything that is ready to be read now has been read: what arrived together leaves together, and
 * readers are woken once and not chunk by chunk. No chunk waits for one that is not there yet.
 */
export function atEndOfTurn(flush: () => void): void {
  if (waiting.push(flush) === 1) setImmediate(flushAll);
}

function flushAll(): void {
  const flushes = waiting;
  waiting = [];
  for (const flush of flushes) flush();
}
