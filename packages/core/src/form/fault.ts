import type { Json } from './json.ts';

/**
 * Why a request cannot be read or cannot be said to its target, as data: the caller gets a 400 that names the field.
 * Plain data, because translation is loaded apart from the pipeline and shares no classes with it.
 */
export interface Fault {
  readonly kind: 'fault';
  readonly message: string;
  /** In the client's body: `['messages', '3', 'content']`. */
  readonly path: readonly string[];
  /** What the client's own SDK looks for to find another way (`error.details` of Anthropic's errors). */
  readonly details?: Json;
}

export const fault = (path: readonly string[], message: string, details?: Json): Fault => ({
  kind: 'fault',
  message,
  path,
  ...(details ? { details } : {}),
});

/** A place in a body as its API's documentation writes it: `messages[3].content`. */
export const placeOf = (path: readonly string[]): string =>
  path.map((step, at) => (/^\d+$/.test(step) ? `[${step}]` : at === 0 ? step : `.${step}`)).join('');

export const isFault = (value: unknown): value is Fault =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'fault';
