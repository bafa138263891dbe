import * as z from 'zod';

const NAME = /^[A-Za-z0-9_.-]{1,64}$/;

const name = z
  .string()
  .regex(NAME, { error: 'must be 1 to 64 letters, digits, dots, underscores and hyphens' });

/** Read by the route's own check, which names the element and the fault. */
const elements = z.array(z.unknown(), { error: 'must be an array of elements' });

export const newRouteBody = z.strictObject({ name, elements });
export const newVersionBody = z.strictObject({ elements });
/** A version is all that changes what a route does (spec 5.10-7). */
export const renamingBody = z.strictObject({ name });
export const deploymentBody = z.strictObject({ version_id: z.string().min(1).max(64) });

const metadataValue = z.union([z.string(), z.number(), z.boolean(), z.null()], {
  error: 'must be a string, a number, true, false or null',
});

/** A request, as far as routes look at it. */
const sample = {
  metadata: z.record(z.string(), metadataValue).default({}),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.unknown().optional(),
  /** Elements whose calls are to be taken as failed. */
  failing: z.array(z.string().max(256)).max(1_000).default([]),
  /** US dollars that the request may cost at most: what budgets are asked for. */
  cost: z.number().min(0).max(1_000_000).default(0),
};

export const explainGraphBody = z.strictObject({ ...sample, elements });
export const explainRouteBody = z
  .strictObject({
    ...sample,
    elements: elements.exactOptional(),
    version_id: z.string().min(1).max(64).exactOptional(),
  })
  .refine(({ elements: given, version_id }) => given === undefined || version_id === undefined, {
    path: ['version_id'],
    message: 'give either elements or version_id',
  });

export type Sample = Omit<z.output<typeof explainGraphBody>, 'elements'>;
