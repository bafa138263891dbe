import { setTimeout as sleep } from 'node:timers/promises';

/** What is counted within this time, ms, is over before the window is. */
const ROOM = 30_000;

/** Past the window's next beginning if that is near: a fixed window shall not end in the middle of a count. */
export async function earlyInWindow(milliseconds: number): Promise<void> {
  const rest = milliseconds - (Date.now() % milliseconds);
  if (rest < ROOM) await sleep(rest + 50);
}
