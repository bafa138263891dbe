import { translateEmbeddings } from '../dialects/embeddings/index.ts';
import { openaiChatClient } from '../dialects/openai-chat/client/index.ts';
import { readUpstreamError } from '../dialects/upstream-error.ts';
import { type Fault, fault, isFault } from '../form/fault.ts';
import { isJson, parseJson } from '../form/json.ts';
import { isModelError, type ModelError } from '../form/model-error.ts';
import type { ToTranslate, Translated, TranslatedAnswer } from '../ports/translation.ts';

/** OpenAI embeddings over a provider with another format. Never a stream. */
export function embed(
  { body, provider, model, placedModel }: Omit<ToTranslate, 'dialect'>,
  newId: (prefix: string) => string,
): Translated | Fault | null {
  const parsed = parseJson(Buffer.from(body).toString('utf8'));
  if (!isJson(parsed)) return fault([], 'The body must be a JSON object.');
  const encoded = translateEmbeddings(parsed, provider.slug, placedModel ?? model);
  if (encoded === null || isFault(encoded)) return encoded;
  const inOpenaiWords = (error: ModelError): TranslatedAnswer => {
    const said = openaiChatClient.encodeError(error, { newId });
    return { status: said.status, body: Buffer.from(JSON.stringify(said.body)) };
  };
  return {
    ...encoded,
    body: Buffer.from(JSON.stringify(encoded.body)),
    leftOut: [],
    streams: false,
    answer: {
      whole({ status, headers, bytes }) {
        const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
        if (status >= 300) return inOpenaiWords(readUpstreamError({ status, headers, text }));
        const answer = encoded.decode(parseJson(text), headers);
        if (isModelError(answer)) return inOpenaiWords(answer);
        return { status: 200, body: Buffer.from(JSON.stringify(answer)) };
      },
      stream() {
        throw new Error('embeddings do not stream');
      },
    },
  };
}
