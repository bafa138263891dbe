import type { AccountSnapshot } from '../../account/account-snapshot.ts';
import { findCustomProvider } from '../../account/custom-descriptor.ts';
import { isRefusal, Refusal } from '../../errors/refusal.ts';
import { isJson, type Json, parseJson } from '../../form/json.ts';
import { type HeaderMap, headerMap } from '../../http/header-map.ts';
import { effectiveSettings } from '../../policy/effective-settings.ts';
import { readElements, readInnerMembers, valueText } from '../../providers/json-members.ts';
import { findProvider } from '../../providers/registry.ts';
import type { Authenticated, Endpoint, PlannedStep, Step } from '../exchange.ts';
import { OPTION_HEADERS, readOptions } from '../request-options.ts';

/** More steps than anybody falls back through; each costs the checks of a whole request. */
const MAX_STEPS = 20;

/** How one step is planned, once it is a request of its own. */
export type PlanStep = (
  basis: Pick<Step, 'index' | 'exchange' | 'settings'>,
) => Promise<PlannedStep | Refusal>;

/**
 * The universal endpoint (spec 5.8): an array of steps, or one. Each becomes a request of its own and is planned as such;
 * nobody is called before all of them stand.
 */
export async function planUniversal(
  exchange: Authenticated,
  unified: (path: string) => Endpoint | null,
  planStep: PlanStep,
): Promise<readonly PlannedStep[] | Refusal> {
  const { request } = exchange;
  if (request.method !== 'POST')
    return new Refusal('methodNotAllowed', { message: 'Use POST for this endpoint.', allow: 'POST' });
  const elements = readElements(request.body);
  if (typeof elements === 'string')
    return elements === 'malformed'
      ? new Refusal('malformedJson')
      : new Refusal('invalidRequest', { message: 'The body is nested too deeply.', path: ['body'] });
  if (elements.length === 0) return wrong([], 'The array of steps is empty: name at least one.');
  if (elements.length > MAX_STEPS)
    return wrong([], `A request may have ${MAX_STEPS} steps; this one has ${elements.length}.`);

  const steps: PlannedStep[] = [];
  for (const [index, element] of elements.entries()) {
    const members = readInnerMembers(request.body, element);
    const parsed = parseJson(valueText(request.body, element));
    if (!members || !isJson(parsed)) return wrong([`${index}`], 'A step must be an object.');
    const query = members.members.findLast(({ key }) => key === 'query');
    const isObject = query !== undefined && request.body[query.valueStart] === 0x7b;
    if (!query || !isObject)
      return wrong([`${index}`, 'query'], '"query" is required: the provider’s JSON body.');
    const body = request.body.subarray(query.valueStart, query.valueEnd);
    const own = readStep(exchange, parsed, body, index, unified);
    if (isRefusal(own)) return own;
    const planned = await planStep({ index, ...own });
    if (isRefusal(planned)) return inStep(index, planned);
    steps.push(planned);
  }
  return steps;
}

const wrong = (path: readonly string[], message: string) =>
  new Refusal('invalidRequest', { message, path: ['body', ...path] });

/** What is wrong with a step as a request of its own, with its place in the request that holds it. */
function inStep(index: number, refusal: Refusal): Refusal {
  if (refusal.entry.status >= 500) return refusal;
  const { name, message, details, cause } = refusal;
  const inQuery = refusal.path === null ? [] : ['query', ...refusal.path.slice(1)];
  const path = ['body', `${index}`, ...inQuery];
  return new Refusal(name, { message, path, details: details ?? undefined, cause });
}

function readStep(
  exchange: Authenticated,
  step: Json,
  body: Uint8Array,
  index: number,
  unified: (path: string) => Endpoint | null,
): Pick<Step, 'exchange' | 'settings'> | Refusal {
  const { provider, endpoint } = step;
  const config = step.config ?? {};
  const authorization = step.authorization ?? null;
  const at = (name: string) => [`${index}`, name];
  if (typeof provider !== 'string')
    return wrong(at('provider'), '"provider" is required and must be a string.');
  if (typeof endpoint !== 'string')
    return wrong(at('endpoint'), '"endpoint" is required and must be a string.');
  if (!isJson(config)) return wrong(at('config'), '"config" must be an object.');
  const headers = readHeaders(step.headers ?? {});
  if (headers === null)
    return wrong(at('headers'), '"headers" must be an object of names and texts that HTTP allows.');
  if (authorization !== null) {
    if (typeof authorization !== 'string' || !VALUE.test(authorization))
      return wrong(at('authorization'), '"authorization" must be a text that HTTP allows.');
    headers.set('authorization', [authorization]);
  }
  const where = whereOf(provider, endpoint, exchange.config.account, unified);
  if (where === null)
    return new Refusal('unknownProvider', {
      message: `No provider has the name "${provider.slice(0, 64)}".`,
      path: ['body', ...at('provider')],
    });
  if (where.endpoint === null)
    return wrong(at('endpoint'), `"compat" has no endpoint "${where.path.slice(0, 64)}".`);
  const { request, gateway } = exchange;
  const all = withCommon(headers, request.headers);
  return {
    settings: effectiveSettings(gateway.settings, request.headers, { headers, config }),
    exchange: {
      ...exchange,
      endpoint: where.endpoint,
      path: where.path,
      options: readOptions(all),
      request: { ...request, body, rawQuery: where.query, headers: all },
    },
  };
}

/**
 * Of the request's own headers only these hold for every step that does not say otherwise (spec 4.1, precedence 1): its
 * keys belong to no provider in particular.
 */
const COMMON = [
  'user-agent',
  'traceparent',
  'tracestate',
  'cf-aig-byok-alias',
  'cf-aig-zdr',
  ...OPTION_HEADERS,
];

function withCommon(headers: HeaderMap, request: HeaderMap): HeaderMap {
  const all = new Map(headers);
  for (const name of COMMON) {
    const values = request.get(name);
    if (values && !all.has(name)) all.set(name, values);
  }
  if (!all.has('content-type')) all.set('content-type', ['application/json']);
  return all;
}

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** What is for us goes to nobody, so metadata may be in any script. */
const OURS = /^(?:cf-aig|weir)-/i;
const TEXT = /^[\t\x20-\x7e\x80-\u{10ffff}]*$/u;

function readHeaders(given: unknown): Map<string, readonly string[]> | null {
  if (!isJson(given)) return null;
  const entries: [string, string][] = [];
  for (const [name, value] of Object.entries(given)) {
    if (value === null) continue;
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return null;
    entries.push([name, String(value)]);
  }
  const isAllowed = ([name, value]: readonly [string, string]) =>
    NAME.test(name) && (OURS.test(name) ? TEXT : VALUE).test(value);
  if (!entries.every(isAllowed)) return null;
  return new Map(headerMap(entries));
}

/** Where a step goes: its endpoint may begin with a slash and bring a query (spec 5.8-2). */
function whereOf(
  name: string,
  endpoint: string,
  account: AccountSnapshot | null,
  unified: (path: string) => Endpoint | null,
) {
  const mark = endpoint.indexOf('?');
  const path = (mark === -1 ? endpoint : endpoint.slice(0, mark)).replace(/^\/+/, '');
  const query = mark === -1 ? '' : endpoint.slice(mark + 1);
  if (name.toLowerCase() === 'compat') {
    const found = unified(path);
    return { endpoint: found?.kind === 'catalogue' ? null : found, path, query };
  }
  const provider = findProvider(name) ?? findCustomProvider(account, name);
  const native: Endpoint = { kind: 'native', name, provider, path };
  return provider && { endpoint: native, path, query };
}
