import { readFileSync } from 'node:fs';

/** Since the system began, over all cores, in its ticks. */
interface Ticks {
  /** What the hypervisor gave to other machines while this one wanted it. */
  readonly stolen: number;
  readonly all: number;
}

/** Begins to count. @returns the share of the CPU time since then that other machines took; null where nobody says. */
export function stolenTime(): () => number | null {
  const before = readTicks();
  return () => {
    const now = readTicks();
    return before && now ? (now.stolen - before.stolen) / (now.all - before.all) : null;
  };
}

function readTicks(): Ticks | null {
  try {
    const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
    // user, nice, system, idle, iowait, irq, softirq, steal; what follows is part of the first two.
    const ticks = line.trim().split(/\s+/).slice(1, 9).map(Number);
    return { stolen: ticks[7] ?? 0, all: ticks.reduce((sum, it) => sum + it, 0) };
  } catch {
    return null;
  }
}
