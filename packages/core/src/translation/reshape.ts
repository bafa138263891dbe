import { anthropicMessages } from '../dialects/anthropic-messages/provider/index.ts';
import type { ClientDialectName } from '../dialects/client-dialect.ts';
import { chatDialect, OPENAI_CHAT } from '../dialects/openai-chat/provider/index.ts';
import { openaiResponses } from '../dialects/openai-responses/provider/index.ts';
import type { ProviderDialect } from '../dialects/provider-dialect.ts';
import { isFault } from '../form/fault.ts';
import { isJson, parseJson } from '../form/json.ts';
import { isModelError } from '../form/model-error.ts';
import { unfoldResponse } from '../form/unfold-response.ts';
import { SAME_NAMES } from '../form/wire-names.ts';
import type { ToReshape, Translator } from '../ports/translation.ts';
import { CLIENT_DIALECTS } from './client-dialects.ts';
import type { TranslatorPorts } from './translator.ts';
import { decodeWhole } from './whole-answer.ts';

/** Who reads what we, or a provider, wrote in a client's format. */
const READERS: Readonly<Record<ClientDialectName, ProviderDialect>> = {
  'openai-chat': chatDialect(OPENAI_CHAT),
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
};

/** Takes a cached answer through the form and back into its own format, in the shape that the request asks for. */
export function reshaper(ports: TranslatorPorts, newId: (prefix: string) => string): Translator['reshape'] {
  return ({ dialect, request: body, answer: bytes, asStream }: ToReshape) => {
    const client = CLIENT_DIALECTS[dialect];
    const text = (given: Uint8Array) =>
      Buffer.from(given.buffer, given.byteOffset, given.byteLength).toString('utf8');
    const asked = parseJson(text(body));
    const request = isJson(asked) ? client.decodeRequest(asked) : null;
    if (!isJson(asked) || request === null || isFault(request)) return null;
    const model = typeof asked.model === 'string' ? asked.model : '';
    const answer = { request, model, newId, now: Math.floor(ports.now() / 1000) };
    const target = { provider: { slug: 'cache', name: 'The cache' }, model };
    const ends = {
      client,
      provider: READERS[dialect],
      answer,
      decode: { request, target, names: SAME_NAMES, newId },
    };
    const response = decodeWhole(ends, { headers: new Map(), bytes, text: text(bytes) });
    if (isModelError(response)) return null;
    if (!asStream) return Buffer.from(JSON.stringify(client.encodeResponse(response, answer)));
    const encoder = client.encodeStream(answer);
    return Buffer.from(
      unfoldResponse(response)
        .map((event) => encoder.write(event))
        .join(''),
    );
  };
}
