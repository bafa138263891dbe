import { child, isJson, type Json, listAt, numberAt, parseJson, textAt } from '../../form/json.ts';

/** What a provider's error says of itself, before anybody judges it. */
export interface ErrorWords {
  readonly message: string | null;
  readonly code: string | null;
  /** The broader word beside the code; for Google its status word. */
  readonly type: string | null;
  readonly parameter: string | null;
  /** The HTTP status that the body names. */
  readonly status: number | null;
  /** The object that the words are from: it may hold more (a time to wait, a filter's verdict). */
  readonly source: Json | null;
}

/**
 * The words of an error body, tried in the order of spec/providers 2.6. Null: no error is in it.
 * @param failed whether the status already says that it is one, so that a bare message is enough.
 */
export function findWords(body: unknown, failed: boolean): ErrorWords | null {
  // Google wraps the errors of its streams in an array.
  const outer = Array.isArray(body) ? body[0] : body;
  if (!isJson(outer)) return failed && typeof outer === 'string' && outer !== '' ? said(outer) : null;
  return nested(outer) ?? cloudflare(outer) ?? flat(outer, failed);
}

/** `error` is an object, a text, or a list of texts. */
function nested(body: Json): ErrorWords | null {
  const { error } = body;
  if (isJson(error)) return Object.keys(error).length === 0 ? null : ofObject(error, body);
  const message = Array.isArray(error) ? error.filter(isText).join(' ') : error;
  // xAI: the text beside its code, with status 200 too.
  return isText(message) ? { ...said(message), code: wordAt(body, 'code'), source: body } : null;
}

function ofObject(error: Json, body: Json): ErrorWords {
  const words: ErrorWords = {
    message: messageOf(error),
    code: codeOf(error),
    type: textAt(error, 'status') ?? wordAt(error, 'type'),
    parameter: textAt(error, 'param'),
    status: statusOf(error) ?? statusOf(body),
    source: error,
  };
  const relayed = relayedBy(error);
  if (relayed === null) return words;
  return {
    message: relayed.message ?? words.message,
    code: relayed.code ?? words.code,
    type: relayed.type ?? words.type,
    parameter: relayed.parameter ?? words.parameter,
    status: words.status ?? relayed.status,
    source: relayed.source ?? error,
  };
}

/** OpenRouter hides the real error in `metadata.raw`: text, which often is the provider's JSON. */
function relayedBy(error: Json): ErrorWords | null {
  const raw = child(error, 'metadata')?.raw;
  if (typeof raw === 'string') {
    const parsed = parseJson(raw);
    return isJson(parsed) || Array.isArray(parsed) ? findWords(parsed, true) : isText(raw) ? said(raw) : null;
  }
  return isJson(raw) ? findWords(raw, true) : null;
}

/** `{"success": false, "errors": [{"code", "message"}]}`. Codes are Cloudflare's own numbers. */
function cloudflare(body: Json): ErrorWords | null {
  const errors = listAt(body, 'errors');
  const [first] = errors;
  if (body.success !== false && errors.length === 0) return null;
  if (body.success === true) return null;
  if (isText(first)) return { ...said(errors.filter(isText).join(' ')), source: body };
  if (!isJson(first)) return body.success === false ? { ...said(null), source: body } : null;
  return {
    ...said(textAt(first, 'message')),
    code: wordAt(first, 'code'),
    type: 'cloudflare',
    source: first,
  };
}

/** Without an envelope: Mistral, vLLM, Cerebras, FastAPI, Bedrock, Cohere, Responses' `error` event. */
function flat(body: Json, failed: boolean): ErrorWords | null {
  const type = wordAt(body, '__type') ?? wordAt(body, 'type');
  const isNamed =
    body.object === 'error' ||
    type === 'error' ||
    (type !== null && /error$|exception$/i.test(type) && isText(body.message)) ||
    (isText(body.detail) && Object.keys(body).length === 1);
  if (!isNamed && !failed) return null;
  const details = detailsOf(body) ?? detailsOf(child(body, 'message'));
  const message = messageOf(body) ?? details?.message ?? null;
  if (!isNamed && message === null) return null;
  return {
    message: message,
    code: codeOf(body) ?? wordAt(body, '__type')?.split('#').at(-1) ?? null,
    type: type === 'error' ? null : type,
    parameter: textAt(body, 'param') ?? details?.parameter ?? null,
    status: statusOf(body),
    source: body,
  };
}

/** `detail: [{loc: ["body", "messages", 0], msg}]`: what FastAPI says of a body that it cannot read. */
function detailsOf(
  body: Json | null,
): { readonly message: string; readonly parameter: string | null } | null {
  const found = listAt(body, 'detail')
    .filter((it): it is Json => isJson(it) && isText(it.msg))
    .map((it) => ({
      place: listAt(it, 'loc')
        .filter((step) => step !== 'body')
        .join('.'),
      text: textAt(it, 'msg') ?? '',
    }));
  if (found.length === 0) return null;
  return {
    message: found.map(({ place, text }) => (place ? `${place}: ${text}` : text)).join('; '),
    parameter: found[0]?.place || null,
  };
}

function messageOf(error: Json): string | null {
  for (const key of ['message', 'Message', 'detail', 'msg', 'error_message', 'title']) {
    const value = error[key];
    if (isText(value)) return value;
  }
  return null;
}

/** A number that is a status is no code of its own. */
function codeOf(error: Json): string | null {
  const inner = child(error, 'innererror');
  const code = wordAt(error, 'code') ?? wordAt(error, 'internalCode') ?? wordAt(inner, 'code');
  return code !== null && isStatus(Number(code)) ? null : code;
}

/** The HTTP status, under the names that it goes by; in `code` at Google, OpenRouter, Perplexity and Azure. */
function statusOf(error: Json): number | null {
  for (const key of ['code', 'status', 'status_code', 'statusCode', 'raw_status_code', 'http_status_code']) {
    const value = numberAt(error, key) ?? Number(textAt(error, key) || Number.NaN);
    if (isStatus(value)) return value;
  }
  return null;
}

const isStatus = (value: number) => Number.isInteger(value) && value >= 400 && value <= 599;
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** A word that may be written as a number. */
function wordAt(value: Json | null, key: string): string | null {
  const found = value?.[key];
  if (typeof found === 'number') return String(found);
  return isText(found) ? found : null;
}

const said = (message: string | null): ErrorWords => ({
  message,
  code: null,
  type: null,
  parameter: null,
  status: null,
  source: null,
});
