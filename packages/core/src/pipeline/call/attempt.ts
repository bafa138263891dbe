import { Refusal } from '../../errors/refusal.ts';
import { ERRORS } from '../../errors/table.ts';
import type { HeaderMap } from '../../http/header-map.ts';
import { type DurationMs, durationMs, type EpochMs } from '../../ids.ts';
import { type UpstreamAnswer, UpstreamFailure } from '../../ports/upstream.ts';
import { bedrockScope, signAws } from '../../providers/credential/sign-aws.ts';
import type { Progress, Target } from '../exchange.ts';
import type { Ports } from '../ports.ts';

export interface Called {
  readonly target: Target;
  readonly answer: UpstreamAnswer;
}

/** The limits of one attempt, in time. */
export interface AttemptLimits {
  /** Until the provider's status line. */
  readonly firstByte: DurationMs;
  /** Between two chunks. */
  readonly idle: DurationMs;
}

/** One call of a target: what the provider answers is the answer, whatever its status. */
export async function callOnce(
  target: Target,
  { firstByte, idle }: AttemptLimits,
  progress: Progress,
  ports: Pick<Ports, 'clock' | 'pricing' | 'upstream'>,
): Promise<Called | Refusal> {
  const startedAt = ports.clock.now();
  const note = (status: number | null, failure: string | null) =>
    progress.attempts.push({
      provider: target.provider.slug,
      startedAt,
      duration: durationMs(ports.clock.now() - startedAt),
      status,
      failure,
    });
  try {
    const answering = ports.upstream.send({
      method: target.method,
      url: target.url,
      headers: signedHeaders(target, startedAt),
      body: target.body.length > 0 ? target.body : null,
      guard: target.provider.guard ?? 'none',
      firstByteTimeout: firstByte,
      idleTimeout: idle,
    });
    // Wanted when the answer is there: a cold process loads the prices while the provider works.
    ports.pricing.load().catch(() => undefined);
    const answer = await answering;
    note(answer.status, null);
    return { target, answer };
  } catch (error) {
    if (!(error instanceof UpstreamFailure)) throw error;
    note(null, error.kind);
    return refusalOf(error, target);
  }
}

/** A signature holds for minutes, so each attempt has its own. */
function signedHeaders({ credential, method, url, headers, body }: Target, at: EpochMs): HeaderMap {
  const { signing } = credential;
  if (signing === null) return headers;
  return signAws({ method, url, headers, body }, signing, bedrockScope(url, signing), at);
}

function refusalOf(failure: UpstreamFailure, { provider }: Target): Refusal {
  const { name } = provider;
  switch (failure.kind) {
    case 'unsendable':
      return new Refusal('invalidRequest', {
        message: `The request cannot be sent to ${name}: a header holds characters that HTTP does not allow.`,
        cause: failure,
      });
    case 'forbidden':
      return new Refusal('upstreamForbidden', {
        message: `${name} is not called: ${failure.message}. ${ERRORS.upstreamForbidden.message}`,
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
