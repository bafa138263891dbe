import { expect } from '@jest/globals';
import { eventually } from './eventually.ts';

/** Within this time a change applies everywhere (design rule 6), give or take one question of ours. */
const PROPAGATION_MS = 5_000;
const SLACK_MS = 500;

/** Asks until the data plane goes by a change that was made just now. @throws when it takes longer than promised. */
export async function isLive(what: string, ask: () => Promise<boolean>): Promise<void> {
  const since = Date.now();
  await eventually(what, async () => ((await ask()) ? true : null), PROPAGATION_MS + SLACK_MS);
  expect(Date.now() - since).toBeLessThanOrEqual(PROPAGATION_MS + SLACK_MS);
}
