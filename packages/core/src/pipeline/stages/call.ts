import { Refusal } from '../../errors/refusal.ts';
import { durationMs } from '../../ids.ts';
import { type UpstreamAnswer, UpstreamFailure } from '../../ports/upstream.ts';
import type { Planned, Progress, Target } from '../exchange.ts';
import type { Ports } from '../ports.ts';

/** Left to the end of the function's time, so that the answer can still be ended and recorded. */
export const SETTLING_TIME = durationMs(10_000);

export interface Called {
  readonly target: Target;
  readonly answer: UpstreamAnswer;
}

/** Stage 8. Calls the target; what the provider answers is the answer, whatever its status. */
export async function call(exchange: Planned, progress: Progress, ports: Ports): Promise<Called | Refusal> {
  const [target] = exchange.targets;
  const startedAt = ports.clock.now();
  const remaining = exchange.request.deadline - startedAt - SETTLING_TIME;
  const timeout = durationMs(Math.max(1, Math.min(ports.upstreamTimeout, remaining)));
  const note = (status: number | null, failure: string | null) =>
    progress.attempts.push({
      provider: target.provider.slug,
      startedAt,
      duration: durationMs(ports.clock.now() - startedAt),
      status,
      failure,
    });
  try {
    const answer = await ports.upstream.send({
      method: target.method,
      url: target.url,
      headers: target.headers,
      body: target.body.length > 0 ? target.body : null,
      firstByteTimeout: timeout,
      idleTimeout: ports.upstreamTimeout,
    });
    note(answer.status, null);
    return { target, answer };
  } catch (error) {
    if (!(error instanceof UpstreamFailure)) throw error;
    note(null, error.kind);
    return refusalOf(error, target);
  }
}

function refusalOf(failure: UpstreamFailure, { provider }: Target): Refusal {
  const { name } = provider;
  switch (failure.kind) {
    case 'unsendable':
      return new Refusal('invalidRequest', {
        message: `The request cannot be sent to ${name}: a header holds characters that HTTP does not allow.`,
        cause: failure,
      });
    case 'timeout':
      return new Refusal('upstreamTimeout', { message: `${name} did not answer in time.`, cause: failure });
    case 'reset':
      return new Refusal('upstreamBroke', {
        message: `${name} closed the connection before answering.`,
        cause: failure,
      });
    case 'protocol':
      return new Refusal('unusableAnswer', {
        message: `${name} sent an answer that is not valid HTTP.`,
        cause: failure,
      });
    case 'refused':
    case 'name':
    case 'tls':
      return new Refusal('upstreamUnreachable', {
        message: `${name} could not be reached (${failure.kind}).`,
        cause: failure,
      });
  }
}
