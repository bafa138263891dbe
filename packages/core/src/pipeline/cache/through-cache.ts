import type { Refusal } from '../../errors/refusal.ts';
import type { Answer } from '../answer.ts';
import type { Planned, Progress, Step } from '../exchange.ts';
import type { Ports } from '../ports.ts';
import type { Found } from '../stages/look-up-cache.ts';
import { answerFromCache } from './answer-from-cache.ts';
import { keepAnswer } from './keep-answer.ts';
import { leadOrFollow, type Turn } from './lead-or-follow.ts';
import type { Lease } from './lease.ts';

/** One step's answer: the stored one, one that another request is getting just now, or that of a call, which is kept. */
export async function throughCache(
  exchange: Planned,
  step: Step,
  found: Found,
  progress: Progress,
  ports: Ports,
  call: () => Promise<Answer | Refusal>,
): Promise<Answer | Refusal> {
  if (found.kind === 'off') return call();
  const { plan } = found;
  const { answer, lease } = await turnOf(exchange, step, found, ports);
  const hit = answer && (await answerFromCache(exchange, step, plan, answer, progress, ports));
  if (hit) return hit;
  const askedAt = ports.clock.now();
  const result = await freeingOnFailure(lease, call);
  return keepAnswer(result, { plan, lease, askedAt, requestId: exchange.id }, ports);
}

type Considered = Extract<Found, { readonly kind: 'considered' }>;

async function turnOf(exchange: Planned, step: Step, found: Considered, ports: Ports): Promise<Turn> {
  const { plan, answer, leader } = found;
  if (answer || !plan.coalesces) return { answer, lease: null };
  try {
    return await leadOrFollow(exchange, step, plan, leader, ports);
  } catch (error) {
    ports.faults.report('the cache could not be asked', error, exchange.id);
    return { answer: null, lease: null };
  }
}

async function freeingOnFailure<T>(lease: Lease | null, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    await lease?.release();
    throw error;
  }
}
