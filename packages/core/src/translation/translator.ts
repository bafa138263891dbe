import type { ClientDialect, ClientDialectName } from '../dialects/client-dialect.ts';
import { type Fault, fault, isFault } from '../form/fault.ts';
import { isJson, parseJson } from '../form/json.ts';
import type { ToTranslate, Translated, Translator } from '../ports/translation.ts';
import type { ProviderTranslation } from '../providers/provider-translation.ts';
import { answerTranslation } from './answer-translation.ts';
import { leftOutOf } from './bound/unbind.ts';
import { cannotServe } from './cannot-serve.ts';
import { customTranslation } from './custom-translation.ts';

/** What a translator needs of the world. */
export interface TranslatorPorts {
  /** So many random bytes. */
  random(size: number): Uint8Array;
  /** Milliseconds since 1970. */
  now(): number;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const ID_LENGTH = 24;

/** A fresh id: the prefix and 24 random characters, as the providers' own ids look. */
export function idMaker(random: TranslatorPorts['random']): (prefix: string) => string {
  return (prefix) => {
    let id = prefix;
    for (const byte of random(ID_LENGTH)) id += ALPHABET[byte % ALPHABET.length];
    return id;
  };
}

const ofCustom = ({ slug, chatPath }: ToTranslate['provider']) =>
  chatPath === undefined ? undefined : customTranslation(slug, chatPath);

export function createTranslator(
  clients: Readonly<Record<ClientDialectName, ClientDialect>>,
  providers: ReadonlyMap<string, ProviderTranslation>,
  others: Omit<Translator, 'translate'>,
  ports: TranslatorPorts,
): Translator {
  const newId = idMaker(ports.random);

  const translated = (given: ToTranslate): Translated | Fault | null => {
    const translation = providers.get(given.provider.slug) ?? ofCustom(given.provider);
    const client = clients[given.dialect];
    if (!translation) return null;
    const body = parseJson(Buffer.from(given.body).toString('utf8'));
    if (!isJson(body)) return fault([], 'The body must be a JSON object.');
    const request = client.decodeRequest(body);
    if (isFault(request)) return request;

    const refused = cannotServe(translation.slug, given.model, request);
    if (refused) return refused;

    const model = given.placedModel ?? given.model;
    const leftOut = leftOutOf(body, given.dialect, given.provider, model);
    if (isFault(leftOut)) return leftOut;
    const provider = translation.dialectFor(model, request);
    const target = { provider: given.provider, model };
    const encoded = provider.encodeRequest(request, target);
    if (isFault(encoded)) return encoded;
    const { names, outputTool } = encoded;
    return {
      path: encoded.path,
      query: encoded.query,
      headers: encoded.headers,
      body: Buffer.from(JSON.stringify(encoded.body)),
      dropped: encoded.dropped,
      leftOut,
      streams: request.stream,
      answer: answerTranslation({
        client,
        provider,
        answer: { request, model: given.requestedModel, newId, now: Math.floor(ports.now() / 1000) },
        decode: { request, target, names, newId, ...(outputTool === undefined ? {} : { outputTool }) },
      }),
    };
  };

  const translate = (given: ToTranslate): Translated | Fault | null => {
    try {
      return translated(given);
    } catch (error) {
      // What is nested deeper than the stack goes can be parsed but not written: the caller's doing, not ours.
      if (error instanceof RangeError && /call stack/.test(error.message))
        return fault([], 'The body is nested too deeply.');
      throw error;
    }
  };

  return { translate, ...others };
}
