import type { AnswerContext, ClientDialect } from '../dialects/client-dialect.ts';
import type { DecodeContext, ProviderDialect } from '../dialects/provider-dialect.ts';
import { foldEvents } from '../form/fold-events.ts';
import { isJson, parseJson } from '../form/json.ts';
import type { ModelError } from '../form/model-error.ts';
import type { ModelResponse } from '../form/response.ts';
import type { HeaderMap } from '../http/header-map.ts';
import { durationMs } from '../ids.ts';
import type { TranslatedAnswer } from '../ports/translation.ts';
import { decodeWholeStream, looksLikeStream } from './frames.ts';

/** Both ends of one translated request. */
export interface Ends {
  readonly client: ClientDialect;
  readonly provider: ProviderDialect;
  readonly answer: AnswerContext;
  /** Without the headers, which only the answer brings. */
  readonly decode: Omit<DecodeContext, 'headers'>;
}

/** A 2xx body, whatever it turns out to be: providers answer a whole request with a stream, and an error with 200. */
export function decodeWhole(
  { provider, decode }: Ends,
  {
    headers,
    bytes,
    text,
  }: { readonly headers: HeaderMap; readonly bytes: Uint8Array; readonly text: string },
): ModelResponse | ModelError {
  const context = { ...decode, headers };
  const parsed = parseJson(text);
  if (isJson(parsed)) return provider.decodeResponse(parsed, context);
  if (Array.isArray(parsed)) return foldEvents(decodeWholeStream(provider, context, parsed));
  if (looksLikeStream(bytes)) return foldEvents(decodeWholeStream(provider, context, bytes));
  return {
    kind: 'error',
    class: 'upstream',
    message: `${decode.target.provider.name} gave an answer that is not valid JSON.`,
    status: 502,
    code: null,
    parameter: null,
    raw: text.slice(0, 2048),
  };
}

export function errorAnswer({ client, answer }: Ends, error: ModelError): TranslatedAnswer {
  const { status, body } = client.encodeError(error, answer);
  const wait = error.retryAfter === undefined ? {} : { retryAfter: durationMs(error.retryAfter) };
  return { status, body: Buffer.from(JSON.stringify(body)), ...wait };
}

export function wholeAnswer({ client, answer }: Ends, response: ModelResponse): TranslatedAnswer {
  return { status: 200, body: Buffer.from(JSON.stringify(client.encodeResponse(response, answer))) };
}
