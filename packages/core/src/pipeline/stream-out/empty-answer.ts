import { Refusal } from '../../errors/refusal.ts';
import type { Called } from '../call/attempt.ts';
import type { Planned } from '../exchange.ts';

/** A success without a byte is no answer where a client's format is promised; on a native path it may be one. */
export function refusedAsEmpty(
  { endpoint }: Planned,
  { answer, target }: Called,
  bytes: Uint8Array,
): Refusal | null {
  if (bytes.length > 0 || answer.status >= 300 || endpoint.kind === 'native') return null;
  return new Refusal('unusableAnswer', { message: `${target.provider.name} answered without a body.` });
}
