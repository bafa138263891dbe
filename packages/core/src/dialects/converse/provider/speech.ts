import { createHash } from 'node:crypto';
import type { CacheHint } from '../../../form/blocks.ts';
import { type Fault, fault } from '../../../form/fault.ts';
import type { Json } from '../../../form/json.ts';
import { CALL_ID_64, type WireNames, wireName } from '../../../form/wire-names.ts';
import type { ConverseModel } from '../models.ts';

/** What is the same throughout one request, and what its parts leave behind. */
export interface Speech {
  readonly model: ConverseModel;
  readonly names: WireNames;
  /** What could not be said, in the client's words. */
  readonly dropped: Set<string>;
  /** Names of the documents so far: no two may be the same. */
  readonly documents: Set<string>;
  /** The first is the caller's answer; what was written beside it goes nowhere. */
  readonly faults: Fault[];
}

export const speech = (model: ConverseModel, names: WireNames, dropped: readonly string[]): Speech => ({
  model,
  names,
  dropped: new Set(dropped),
  documents: new Set(),
  faults: [],
});

/** Nothing is written for it, and the request will not be sent. */
export function refuse(speech: Speech, message: string, path: readonly string[] = ['messages']): Json[] {
  speech.faults.push(fault(path, message));
  return [];
}

/** What was written, and the point up to which the caller wants it cached. */
export function cached(
  speech: Speech,
  written: Json[],
  cache: CacheHint | undefined,
  place: 'content' | 'tools' = 'content',
): Json[] {
  if (!cache || written.length === 0) return written;
  const { cachePoints } = speech.model;
  if (cachePoints === 'none' || (cachePoints === 'no-tools' && place === 'tools')) {
    speech.dropped.add('cache_control');
    return written;
  }
  // Five minutes are the default, and models that know no other refuse the word.
  const point = { type: 'default', ...(cache.lifetime === '1h' ? { ttl: '1h' } : {}) };
  return [...written, { cachePoint: point }];
}

const NINE = /^[A-Za-z0-9]{9}$/;

/** Mistral's models take ids of exactly nine letters and digits (spec/providers 8.1). */
export function callId(speech: Speech, id: string): string {
  if (speech.model.vendor !== 'mistral') return wireName(id, CALL_ID_64);
  return NINE.test(id) ? id : createHash('sha256').update(id).digest('hex').slice(0, 9);
}
