import type { TokenLogprob } from '../../form/blocks.ts';
import { isJson, type Json, listAt, textAt } from '../../form/json.ts';
import type { ModelError } from '../../form/model-error.ts';
import type { Residue } from '../../form/provenance.ts';
import { failure } from '../decoding-failures.ts';

/** The mark of the text that goes with calls: it has a field of its own in the answer. */
export const PLAN: Residue = { dialect: 'cohere', value: { field: 'tool_plan' } };

/** Ends that are none: the model or the provider failed (spec/providers 2.3). */
export function failedFinish(
  raw: string | null,
  said: string | null,
  hasCalls: boolean,
  answer: unknown,
): ModelError | null {
  if (raw === 'TIMEOUT') return failure('timeout', said ?? 'The model took too long.', raw, answer);
  if (raw !== 'ERROR') return null;
  return hasCalls
    ? failure('malformed-tool-call', said ?? 'The model wrote a tool call that cannot be read.', raw, answer)
    : failure('upstream', said ?? 'The model failed.', raw, answer);
}

/** Cohere gives the log-probabilities of a piece of text, which mostly is one token; no alternatives. */
export function logprobsOf(entries: readonly unknown[]): readonly TokenLogprob[] {
  return entries.filter(isJson).map((entry: Json) => {
    const token = textAt(entry, 'text') ?? '';
    const logprob = listAt(entry, 'logprobs').reduce<number>(
      (sum, it) => sum + (typeof it === 'number' ? it : 0),
      0,
    );
    return { token, logprob, bytes: [...Buffer.from(token)], top: [] };
  });
}
