import type { EpochMs } from '@weir/core';

/** So many questions in a row without an answer, and the store counts as silent. */
const SILENT_AFTER = 3;
/**
 * How long a silent store is not asked. Milliseconds; shorter than who waits for another's call has patience with the
 * store (three seconds), so that a pause alone makes nobody call again.
 */
const SPARED_FOR = 2_000;

/** What a process has lately heard of a store that it can do without. */
export interface Hearing {
  /** Questions in a row that nobody answered. */
  readonly unanswered: number;
  /** When the pause began that the store is left alone in; null: there is none. */
  readonly sparedSince: EpochMs | null;
}

export const HEARD: Hearing = { unanswered: 0, sparedSince: null };

/** Whether a question may be asked now, and what is known after that decision. */
export interface Leave {
  readonly mayAsk: boolean;
  readonly hearing: Hearing;
}

/**
 * A silent store is left alone, but for one question after each pause: whoever asks it begins the next pause, so that the
 * others need not wait for what comes of it. A wall clock that was set back ends a pause.
 */
export function leaveToAsk(hearing: Hearing, now: EpochMs): Leave {
  const { sparedSince } = hearing;
  if (sparedSince === null) return { mayAsk: true, hearing };
  const passed = now - sparedSince;
  if (passed >= 0 && passed < SPARED_FOR) return { mayAsk: false, hearing };
  return { mayAsk: true, hearing: { ...hearing, sparedSince: now } };
}

/** After a question that was given up. */
export function afterSilence({ unanswered, sparedSince }: Hearing, now: EpochMs): Hearing {
  const count = unanswered + 1;
  return { unanswered: count, sparedSince: count >= SILENT_AFTER ? now : sparedSince };
}
