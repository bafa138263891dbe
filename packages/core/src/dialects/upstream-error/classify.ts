import { child, isJson, listAt } from '../../form/json.ts';
import type { ErrorClass } from '../../form/model-error.ts';
import type { ErrorWords } from './shapes.ts';

/**
 * The class of an error, from its most telling sign to its least: its own words, its sentence, its status, its broad
 * words (spec/providers 2.6). `invalid_request_error` with 401 is about the key, and with 429 about the rate.
 */
export function classify(words: ErrorWords, status: number | null): ErrorClass {
  const said = status ?? words.status;
  return (
    (words.type === 'cloudflare' ? CLOUDFLARE.get(words.code ?? '') : undefined) ??
    byWord(words, TELLING) ??
    byFilter(words) ??
    bySentence(words.message, said) ??
    byReason(words) ??
    byStatus(said) ??
    byWord(words, BROAD) ??
    // In a stream, with nothing to go by.
    'upstream'
  );
}

const table = (rows: Partial<Record<ErrorClass, string>>): ReadonlyMap<string, ErrorClass> =>
  new Map(
    Object.entries(rows).flatMap(([name, words]) =>
      words.split(' ').map((word) => [word, name as ErrorClass] as const),
    ),
  );

const TELLING = table({
  'too-long':
    'context_length_exceeded context_window_exceeded model_context_window_exceeded exceed_context_size_error',
  'too-large': 'request_too_large payload_too_large',
  'content-blocked':
    'content_filter content_policy_violation responsibleaipolicyviolation moderation_blocked invalid_prompt data_inspection_failed',
  authentication:
    'invalid_api_key authentication_error unauthenticated unauthorized unrecognizedclientexception expiredtokenexception invalidsignatureexception incompletesignatureexception missingauthenticationtokenexception',
  permission: 'permission_error permission_denied accessdeniedexception unsupported_country_region_territory',
  billing:
    'insufficient_quota billing_error billing_hard_limit_reached billing_not_active insufficient_balance insufficient_credits',
  'not-found': 'not_found_error not_found model_not_found resourcenotfoundexception deploymentnotfound',
  conflict: 'conflict_error conflictexception aborted already_exists',
  'rate-limit':
    'rate_limit_error rate_limit_exceeded resource_exhausted throttlingexception modelnotreadyexception servicequotaexceededexception too_many_requests',
  overloaded:
    'overloaded_error overloaded unavailable serviceunavailableexception engine_overloaded engine_overloaded_error service_unavailable insufficient_system_resource',
  timeout: 'deadline_exceeded modeltimeoutexception timeout timeout_error',
  upstream: 'modelerrorexception modelstreamerrorexception internalserverexception json_validate_failed',
  'malformed-tool-call': 'tool_use_failed',
});

/** Words that many different errors carry, so that the status says more. */
const BROAD = table({
  'bad-request':
    'invalid_request_error invalid_argument failed_precondition out_of_range unimplemented validationexception badrequesterror unsupported_parameter unsupported_value',
  upstream: 'internal server_error api_error internal_server_error internal_error',
});

function byWord(words: ErrorWords, known: ReadonlyMap<string, ErrorClass>): ErrorClass | undefined {
  return known.get(words.code?.toLowerCase() ?? '') ?? known.get(words.type?.toLowerCase() ?? '');
}

/** Azure's verdict on a prompt, and OpenRouter's moderation, whatever code stands beside it. */
function byFilter({ source }: ErrorWords): ErrorClass | undefined {
  const isBlocked =
    child(child(source, 'innererror'), 'content_filter_result') !== null ||
    child(source, 'content_filter_result') !== null ||
    typeof child(source, 'metadata')?.flagged_input === 'string';
  return isBlocked ? 'content-blocked' : undefined;
}

const SENTENCES: readonly (readonly [sentence: RegExp, name: ErrorClass])[] = [
  [
    /prompt is too long|input is too long|maximum context length|context (?:length|window|limit|size)|input token count|too many (?:input )?tokens|maximum (?:prompt|input) length|reduce the length of/i,
    'too-long',
  ],
  [
    /content management policy|content filtering policy|violat\w+ (?:\w+ )?usage (?:guidelines|polic)/i,
    'content-blocked',
  ],
  // Anthropic and Google say these with 400.
  [
    /credit balance is too low|insufficient (?:balance|credits?|funds)|any credits yet|all available credits/i,
    'billing',
  ],
  [/api key not valid|(?:invalid|incorrect) api key/i, 'authentication'],
];

/** A sentence may make a plain refusal more precise; it does not turn a busy provider into the caller's mistake. */
function bySentence(message: string | null, status: number | null): ErrorClass | undefined {
  if (message === null || (status !== null && status >= 404 && status !== 413 && status !== 422))
    return undefined;
  return SENTENCES.find(([sentence]) => sentence.test(message))?.[1];
}

/** Google's `ErrorInfo` names the reason that its broad word hides. */
function byReason({ source }: ErrorWords): ErrorClass | undefined {
  const isKey = listAt(source, 'details').some((it) => isJson(it) && it.reason === 'API_KEY_INVALID');
  return isKey ? 'authentication' : undefined;
}

const STATUSES: Readonly<Record<number, ErrorClass>> = {
  401: 'authentication',
  402: 'billing',
  403: 'permission',
  404: 'not-found',
  408: 'timeout',
  409: 'conflict',
  410: 'not-found',
  413: 'too-large',
  424: 'upstream',
  429: 'rate-limit',
  // Cohere: a bad token
  498: 'authentication',
  // It was not the client who left: that ends without an answer.
  499: 'upstream',
  501: 'bad-request',
  503: 'overloaded',
  504: 'timeout',
  524: 'timeout',
  529: 'overloaded',
};

function byStatus(status: number | null): ErrorClass | undefined {
  if (status === null) return undefined;
  return STATUSES[status] ?? (status >= 400 && status < 500 ? 'bad-request' : 'upstream');
}

/** Workers AI's own codes (spec/providers 11). */
const CLOUDFLARE = table({
  'bad-request': '3003 3039 5004 5005 5019 5023',
  'too-large': '3006',
  permission: '3023 3041 5016 5018',
  'not-found': '3042 5007',
  timeout: '3007 3008',
  'rate-limit': '3036 3040',
});
