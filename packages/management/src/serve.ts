import { durationMs, Refusal, StoreUnavailable } from '@weir/core';
import type { Endpoint } from './access/endpoints.ts';
import { type ManagementAnswer, refuse } from './http/answer.ts';
import type { ManagementRequest } from './http/request.ts';
import { buildRouter } from './http/router.ts';
import type { ManagementPorts } from './ports.ts';
import { ROUTES } from './routes.ts';

const match = buildRouter<Endpoint>(ROUTES);
const RETRY_AFTER = durationMs(1000);

/**
 * Answers one call of the management API. Everything that can go wrong is an answer too, except a defect of ours,
 * which is thrown: the edge logs it and answers 500. A store that cannot be asked is a 503, never a 401 or 404.
 */
export async function serve(request: ManagementRequest, ports: ManagementPorts): Promise<ManagementAnswer> {
  const found = match(request.method, request.path);
  if (found.kind === 'no-route') return refuse(new Refusal('noRoute'));
  if (found.kind === 'wrong-method') return wrongMethod(request.method, found.allow);
  try {
    const answer = await found.endpoint(request, found.parameters, ports);
    return answer instanceof Refusal ? refuse(answer) : answer;
  } catch (cause) {
    if (!(cause instanceof StoreUnavailable)) throw cause;
    ports.report(cause);
    return refuse(new Refusal('storeUnavailable', { ...whatFailed(cause), retryAfter: RETRY_AFTER, cause }));
  }
}

function whatFailed({ question }: StoreUnavailable) {
  return question ? { message: `The gateway cannot ${question} at the moment. Try again shortly.` } : {};
}

function wrongMethod(method: string, allow: readonly string[]): ManagementAnswer {
  const message = `This path does not take ${method}. It takes ${allow.join(', ')}.`;
  return refuse(new Refusal('methodNotAllowed', { message }), { allow: allow.join(', ') });
}
