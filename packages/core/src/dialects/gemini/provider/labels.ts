import type { Json } from '../../../form/json.ts';
import type { Parameters } from '../../../form/request.ts';

const KEY = /^[a-z][a-z0-9_-]{0,62}$/;
const VALUE = /^[a-z0-9_-]{0,63}$/;

export interface EncodedLabels {
  readonly labels: Json | null;
  /** What does not fit into a label. */
  readonly dropped: readonly ('user' | 'metadata')[];
}

/** Vertex's labels for users and metadata (spec/providers 3.1): lower case and short, so that not everything fits. */
export function encodeLabels({ user, metadata }: Parameters): EncodedLabels {
  const pairs = Object.entries(metadata ?? {});
  const fitting = pairs.filter(([key, value]) => KEY.test(key) && VALUE.test(value));
  const isUserFitting = user !== undefined && VALUE.test(user);
  const labels = { ...Object.fromEntries(fitting), ...(isUserFitting ? { user } : {}) };
  return {
    labels: Object.keys(labels).length === 0 ? null : labels,
    dropped: [
      ...(fitting.length < pairs.length ? (['metadata'] as const) : []),
      ...(user !== undefined && !isUserFitting ? (['user'] as const) : []),
    ],
  };
}
