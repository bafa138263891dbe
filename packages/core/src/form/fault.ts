/**
 * Why a request cannot be read or cannot be said to its target, as data: the caller gets a 400 that names the field.
 * Plain data, because translation is loaded apart from the pipeline and shares no classes with it.
 */
export interface Fault {
  readonly kind: 'fault';
  readonly message: string;
  /** In the client's body: `['messages', '3', 'content']`. */
  readonly path: readonly string[];
}

export const fault = (path: readonly string[], message: string): Fault => ({ kind: 'fault', message, path });

export const isFault = (value: unknown): value is Fault =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'fault';
