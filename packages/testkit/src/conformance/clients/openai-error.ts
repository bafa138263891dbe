import { APIConnectionError, APIError } from 'openai';
import type { Outcome } from '../observed.ts';

/** What the SDK threw, with what it read of the body. */
export function openaiError(error: unknown, partial: string): Outcome {
  if (!(error instanceof Error)) throw error;
  const status = error instanceof APIError ? (error.status ?? null) : null;
  const type = error instanceof APIError ? (error.type ?? null) : null;
  const cause = error instanceof APIConnectionError ? ` (${String(error.cause)})` : '';
  return { kind: 'error', status, type, message: `${error.message}${cause}`, partial };
}
