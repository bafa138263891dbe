import * as z from 'zod';
import { anyCase } from './any-case.ts';

const MAX_RULES = 20;

const rule = z.strictObject({
  limit: z.int().min(0),
  interval: z.int().min(0),
  technique: anyCase(['fixed', 'sliding']).exactOptional(),
  by: z
    .union(
      [anyCase(['token', 'provider', 'model']), z.strictObject({ metadata: z.string().min(1).max(256) })],
      {
        error: 'must be token, provider, model or {metadata: key}',
      },
    )
    .exactOptional(),
});

/** Limits beside the gateway's own, each with counts of its own for what it is `by`. */
export const rateLimits = z.array(rule).max(MAX_RULES, `at most ${MAX_RULES} rules`);
