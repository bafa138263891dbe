import { isJson, type Json } from '../../form/json.ts';
import type { ModelError } from '../../form/model-error.ts';
import { readErrorBody } from '../upstream-error.ts';
import type { EmbeddingsRequest } from './request.ts';

/** What a provider's answer holds: one vector for each text, and how many tokens it read; null where it does not tell. */
export interface Vectors {
  readonly vectors: readonly unknown[];
  readonly tokens: number | null;
}

/** OpenAI's answer. A provider that counts no tokens is told as 0, because OpenAI's clients want a number. */
export function writeAnswer(
  { vectors, tokens }: Vectors,
  { texts, encoding, model }: EmbeddingsRequest,
  served: string,
  body: unknown,
): Json | ModelError {
  const numbers = vectors.filter(isVector);
  if (numbers.length !== texts.length || numbers.length !== vectors.length)
    return readErrorBody(body, null) ?? incomplete(numbers.length, texts.length, body);
  return {
    object: 'list',
    data: numbers.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: encoding === 'base64' ? base64(vector) : vector,
    })),
    model: model ?? served,
    usage: { prompt_tokens: tokens ?? 0, total_tokens: tokens ?? 0 },
  };
}

const isVector = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length > 0 && value.every((it) => typeof it === 'number');

/** 32-bit floats, little end first. */
function base64(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  vector.forEach((value, at) => {
    bytes.writeFloatLE(value, at * 4);
  });
  return bytes.toString('base64');
}

const incomplete = (found: number, asked: number, raw: unknown): ModelError => ({
  kind: 'error',
  class: 'upstream',
  message: `The provider gave ${found} vectors for ${asked} texts.`,
  status: 502,
  code: null,
  parameter: null,
  raw: isJson(raw) ? raw : null,
});
