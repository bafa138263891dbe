import { MAX_CACHED } from '../ports/response-cache.ts';

/** Text of any kind and images (spec 5.4-6); AWS's event frames carry text, too. */
const KEPT_TYPES =
  /^(?:text\/|image\/|application\/(?:[\w.-]+\+)?(?:json|xml)\b|application\/(?:x-ndjson|jsonl|vnd\.amazon\.eventstream)\b)/i;
/** Nothing to keep, or a part of something. */
const PARTIAL: ReadonlySet<number> = new Set([204, 205, 206]);

/** Whether an answer with this head may be stored: a 2xx with text or an image. */
export const isStorable = (status: number, contentType: string): boolean =>
  status >= 200 && status < 300 && !PARTIAL.has(status) && KEPT_TYPES.test(contentType.trim());

/** Whether an answer to this request may be looked for. Other methods read what may change, or change it. */
export const isCacheableRequest = (method: string, bodySize: number): boolean =>
  method === 'POST' && bodySize <= MAX_CACHED;

/**
 * Names in the paths of OpenAI, Anthropic, Google, Mistral and Cohere under which a POST makes something that its caller
 * changes or uses up afterwards, or adds to it: a thread, a file, a job, a secret for one session.
 */
const KEEPS_STATE: ReadonlySet<string> = new Set([
  'agents',
  'assistants',
  'batch',
  'batches',
  'cachedcontents',
  'chatkit',
  'client_secrets',
  'containers',
  'conversations',
  'corpora',
  'datasets',
  'evals',
  'files',
  'filesearchstores',
  'fine-tuning',
  'fine_tuning',
  'finetuning',
  'libraries',
  'organization',
  'realtime',
  'skills',
  'threads',
  'tunedmodels',
  'uploads',
  'vector_stores',
]);

/** An answer all the same, such as Mistral's `agents/completions`. */
const ANSWERS = /\/completions\/?$/;

/** Whether a POST to a provider's own path makes or changes something there: a stored answer would be somebody else's. */
export function keepsState(path: string): boolean {
  const name = path.toLowerCase();
  return !ANSWERS.test(name) && name.split('/').some((segment) => KEEPS_STATE.has(segment));
}

/**
 * Pauses of those who wait for another's answer: short at first, because most answers are, and never all at once.
 * @param round from 0. @param random in [0, 1). @returns milliseconds.
 */
export const followerPause = (round: number, random: number): number =>
  Math.round(Math.min(500, 50 * 1.7 ** round) * (0.75 + random / 2));
