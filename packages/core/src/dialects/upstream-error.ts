import { isJson, parseJson } from '../form/json.ts';
import { ERROR_CLASSES, type ErrorClass, type ModelError } from '../form/model-error.ts';
import { type HeaderMap, header } from '../http/header-map.ts';
import { classify } from './upstream-error/classify.ts';
import { type ErrorWords, findWords } from './upstream-error/shapes.ts';
import { retryAfter } from './upstream-error/wait.ts';

/** Longer texts tell no more: a page of HTML, a stack trace (spec/providers 2.6). */
const MAX_MESSAGE = 2048;

/**
 * What an answer that is no success says, whatever it is: any provider's JSON, HTML, nothing (spec/providers 2.6).
 * Never throws.
 */
export function readUpstreamError(answer: {
  readonly status: number;
  readonly headers: HeaderMap;
  readonly text: string;
}): ModelError {
  const { status, headers, text } = answer;
  const body = parseJson(text);
  const found = findWords(body, true) ?? NO_WORDS;
  const exception = header(headers, 'x-amzn-errortype');
  const words = exception === undefined ? found : { ...found, code: exceptionName(exception) };
  const wait = retryAfter(headers, found.source);
  return modelError(
    { ...words, message: words.message ?? saidInText(body, text, status) },
    status,
    body ?? shortened(text),
    wait,
  );
}

/**
 * The error in a body or a stream's event that came with a good status (`status` null), or with another one. Null: there
 * is none in it. With a good status a bare `message` is none: too much that is well looks like it.
 */
export function readErrorBody(body: unknown, status: number | null): ModelError | null {
  const failed = status !== null && status >= 400;
  const words = findWords(body, failed);
  return words && modelError(words, failed ? status : null, body, retryAfter(null, words.source));
}

const NO_WORDS: ErrorWords = {
  message: null,
  code: null,
  type: null,
  parameter: null,
  status: null,
  source: null,
};

function modelError(words: ErrorWords, status: number | null, raw: unknown, wait: number | null): ModelError {
  const errorClass: ErrorClass = classify(words, status);
  return {
    kind: 'error',
    class: errorClass,
    message: shortened(
      words.message ?? words.code ?? words.type ?? 'The provider failed without saying why.',
    ),
    status: status ?? words.status ?? ERROR_CLASSES[errorClass].status,
    code: words.code ?? words.type,
    parameter: words.parameter,
    raw,
    ...(wait === null ? {} : { retryAfter: wait }),
  };
}

/** JSON that names no message is shown as it is: better than a sentence of ours that hides it. */
function saidInText(body: unknown, text: string, status: number): string {
  const said = text.trim();
  const isEmpty = said === '' || (isJson(body) && Object.keys(body).length === 0);
  return isEmpty ? `The provider answered with status ${status} and no message.` : said;
}

/** `ThrottlingException:http://…` and `com.amazon.coral#ThrottlingException` (spec/providers 8.5). */
const exceptionName = (type: string) => type.split(':')[0]?.split('#').at(-1) ?? type;

const shortened = (text: string) => (text.length > MAX_MESSAGE ? text.slice(0, MAX_MESSAGE) : text);
