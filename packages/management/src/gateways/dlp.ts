import * as z from 'zod';
import { anyCase } from './any-case.ts';

const action = anyCase(['BLOCK', 'FLAG']);
const profiles = z.array(z.string());

/** Both forms of data-loss prevention (spec 3, 5.14): the older one for the whole gateway, the newer one with policies. */
export const dlp = z.union(
  [
    z.strictObject({ enabled: z.boolean(), action, profiles }),
    z.strictObject({
      enabled: z.boolean(),
      policies: z.array(
        z.strictObject({
          id: z.string(),
          enabled: z.boolean(),
          action,
          check: z.array(anyCase(['REQUEST', 'RESPONSE'])),
          profiles,
        }),
      ),
    }),
  ],
  {
    error:
      'must be {enabled, action: BLOCK | FLAG, profiles: [string]} or {enabled, policies: [{id, enabled, action, check: [REQUEST, RESPONSE], profiles}]}',
  },
);
