import { it } from '@jest/globals';

/** Rules that a store cannot keep, and why. */
export interface Skip {
  readonly reason: string;
  readonly tests: readonly string[];
}

/** A rule of a port's suite: a test, unless this store skips it. Unknown names in a skip fail, so none goes stale. */
export function rulesOf(skips: readonly Skip[]) {
  const reasons = new Map(skips.flatMap(({ reason, tests }) => tests.map((test) => [test, reason] as const)));
  return {
    rule(name: string, run: () => Promise<void>): void {
      const reason = reasons.get(name);
      reasons.delete(name);
      if (reason === undefined) it(name, run);
      else it.skip(`${name} (skipped: ${reason})`, run);
    },
    end(): void {
      for (const name of reasons.keys()) {
        it(`${name} is skipped but is no rule of this port`, () => {
          throw new Error('remove the skip');
        });
      }
    },
  };
}
