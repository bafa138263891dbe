import { Refusal } from '../../errors/refusal.ts';
import { type DurationMs, durationMs } from '../../ids.ts';
import type { StreamFault } from '../../streaming/byte-stream.ts';
import type { Planned, Target } from '../exchange.ts';
import type { Ports } from '../ports.ts';

type ClockPort = Pick<Ports, 'clock'>;

/** Until an answer's last byte must be out, for a timer: never nothing. */
export const untilDeadline = ({ deadline }: Planned, { clock }: ClockPort): DurationMs =>
  durationMs(Math.max(1, deadline - clock.now()));

/** A timer may run before the clock has come as far. */
const EARLY = 1;

/** An answer of which nothing was promised yet, and whose time is over. Null: there is time. */
export function lateAnswer(
  { deadline }: Planned,
  { provider }: Target,
  { clock }: ClockPort,
): Refusal | null {
  if (deadline - clock.now() > EARLY) return null;
  return new Refusal('upstreamTimeout', { message: `${provider.name} did not answer in time.` });
}

/** Why an answer is cut when its time is over: the function's, or what the caller allowed. */
export function outOfTime({ settings: { totalTimeout }, request, deadline }: Planned): StreamFault {
  const { value } = totalTimeout;
  return value !== null && deadline === request.arrivedAt + value
    ? {
        kind: 'total-timeout',
        message: `The answer was not complete within weir-total-timeout, which is ${value} ms.`,
      }
    : { kind: 'deadline', message: 'The function’s time was over before the answer was complete.' };
}
