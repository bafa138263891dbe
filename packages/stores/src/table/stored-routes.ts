import type { GatewayRoute, JsonValue, RouteElement } from '@weir/core';
import * as z from 'zod/mini';

const json = z.custom<JsonValue>((value) => value !== undefined);

const storedElement = z.object({
  id: z.string(),
  type: z.enum(['start', 'conditional', 'percentage', 'rate', 'model', 'end']),
  properties: z.optional(z.record(z.string(), json)),
  outputs: z.optional(z.record(z.string(), z.object({ elementId: z.string() }))),
});

/**
 * A graph is checked when it is saved, and its elements are of a shape that only that check knows whole; here it is seen that
 * the engine can walk it.
 */
export const storedElements: z.ZodMiniType<readonly RouteElement[]> = z.array(
  z.custom<RouteElement>((value) => storedElement.safeParse(value).success),
);

/** A gateway's routes, as they stand in its item. */
export const storedRoutes: z.ZodMiniType<readonly GatewayRoute[]> = z.array(
  z.object({
    id: z.string(),
    name: z.string(),
    versionId: z.string(),
    elements: storedElements,
    createdAt: z.string(),
    modifiedAt: z.string(),
    versionCreatedAt: z.string(),
    deploymentId: z.string(),
    deployedAt: z.string(),
  }),
);
