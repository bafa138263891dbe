import { mostWithinInterval, schedule } from '@weir/testkit/limits';
import fc from 'fast-check';

/** A sliding limit over several processes, against the count of what any interval held. */
export interface SlidingSchedules {
  readonly schedules: number;
  /** Of them those in which some interval held as much as the limit allows: the others say little. */
  readonly full: number;
  /** The most that any interval held beyond its limit. */
  readonly beyond: number;
}

export const SCHEDULES = 10_000;

export async function playSlidingSchedules(): Promise<SlidingSchedules> {
  let [full, beyond] = [0, 0];
  for (const given of fc.sample(schedule, SCHEDULES)) {
    const most = await mostWithinInterval(given);
    if (most >= given.limit) full += 1;
    beyond = Math.max(beyond, most - given.limit);
  }
  return { schedules: SCHEDULES, full, beyond };
}
