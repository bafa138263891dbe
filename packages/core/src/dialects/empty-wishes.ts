import type { ParameterTable } from '../form/parameter-table.ts';
import type { ModelRequest } from '../form/request.ts';

/**
 * The request without parameters that ask nothing of a target which drops them, so that they are not named as dropped:
 * calls that may be parallel are so anyway, and a model that never thinks does not when it is told not to.
 */
export function withoutEmptyWishes(request: ModelRequest, table: ParameterTable): ModelRequest {
  const { parallelToolCalls, reasoning, ...others } = request.parameters;
  const asksForOne = table.parallelToolCalls !== 'drop' || parallelToolCalls === false;
  const asksForThoughts = table.reasoning !== 'drop' || reasoning?.effort !== 'none';
  return {
    ...request,
    parameters: {
      ...others,
      ...(parallelToolCalls !== undefined && asksForOne ? { parallelToolCalls } : {}),
      ...(reasoning && asksForThoughts ? { reasoning } : {}),
    },
  };
}
