import { type Fault, isFault } from '../../form/fault.ts';
import { isJson, type Json } from '../../form/json.ts';
import type { ModelError } from '../../form/model-error.ts';
import type { HeaderMap } from '../../http/header-map.ts';
import { decoded, Field } from '../request-field.ts';
import { writeAnswer } from './answer.ts';
import { EMBEDDERS } from './providers.ts';
import { readRequest } from './request.ts';

export interface TranslatedEmbeddings {
  /** As on the provider's native endpoint: no leading slash. */
  readonly path: string;
  readonly query: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Json;
  /** In the client's words. */
  readonly dropped: readonly string[];
  /**
   * The body of a good answer as OpenAI would have sent it. Never throws.
   * @param headers where a provider tells its count of tokens beside the body
   */
  decode(answer: unknown, headers?: HeaderMap): Json | ModelError;
}

/**
 * OpenAI's embeddings request for a provider of another format.
 * @param model as the provider knows it
 * @returns a fault when the request cannot be read or said, null when nobody translates for this provider
 */
export function translateEmbeddings(
  body: Json,
  provider: string,
  model: string,
): TranslatedEmbeddings | Fault | null {
  const encode = EMBEDDERS.get(provider);
  if (!encode) return null;
  const request = decoded(() => readRequest(new Field(body)));
  if (isFault(request)) return request;
  const call = encode(request, model);
  if (isFault(call)) return call;
  return {
    path: call.path,
    query: '',
    headers: [],
    body: call.body,
    dropped: [...request.dropped, ...call.dropped],
    decode: (answer, headers) =>
      writeAnswer(call.read(isJson(answer) ? answer : {}, headers ?? null), request, model, answer),
  };
}
