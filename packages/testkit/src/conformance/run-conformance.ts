import type { ProviderSimulators, Script, SimulatedExchange } from '../simulators/index.ts';
import { textOf } from '../simulators/index.ts';
import type { Ask } from './ask.ts';
import type { ConformanceClient, Endpoint, Mode } from './clients/client.ts';
import { CONFORMANCE_CLIENTS } from './clients/index.ts';
import { FEATURES, type Feature } from './features.ts';
import { forgotten, misheard } from './misheard.ts';
import { misread, misreadError, misreadInStream } from './misread.ts';
import type { Leaving, Outcome } from './observed.ts';
import { sameJson } from './same-json.ts';
import { TARGETS, type Target } from './targets.ts';

/** Whatever listens to the three formats: the local host, a deployment, or a gateway in this process. */
export interface GatewayUnderTest {
  /** What each format's path is appended to. */
  readonly baseUrl: string;
  /** Besides the provider's key. */
  readonly headers: Readonly<Record<string, string>>;
}

export type Verdict = 'pass' | 'miss' | 'skip';

/** One cell of the table. */
export interface Cell {
  readonly client: ConformanceClient['name'];
  readonly target: Target['title'];
  readonly feature: Feature['name'];
  readonly mode: Mode;
  readonly verdict: Verdict;
  /** Why it was skipped or what is wrong; empty for a pass. */
  readonly note: string;
  /** A miss that is the provider's own: the same client misses at the provider itself. */
  readonly explained: boolean;
  /** The provider speaks the client's format, so its own bytes must come through. Null: nobody was asked. */
  readonly passedThrough: boolean | null;
}

/** Which cells to run: all, unless something is named. */
export interface Selection {
  readonly client?: string;
  readonly target?: string;
  readonly feature?: string;
  readonly mode?: string;
}

interface Case {
  readonly client: ConformanceClient;
  readonly target: Target;
  readonly feature: Feature;
  readonly mode: Mode;
}

/** So many cases at a time: they mostly wait for each other's turns. */
const CONCURRENCY = 8;
const PROVIDER_KEY = 'sk-simulated';
/** How long an answer may stay open whose client has left. */
const LEAVING_MS = 5_000;

/** Every client × provider × feature × mode, in the order of the lists. */
export async function runConformance(
  gateway: GatewayUnderTest,
  simulators: ProviderSimulators,
  selection: Selection = {},
): Promise<Cell[]> {
  const cases = allCases().filter((it) => isSelected(it, selection));
  const cells: Cell[] = [];
  let next = 0;
  const work = async () => {
    for (let at = next++; at < cases.length; at = next++) {
      const own = cases[at];
      if (own) cells[at] = await runCase(own, at, gateway, simulators);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return cells;
}

const allCases = (): Case[] =>
  CONFORMANCE_CLIENTS.flatMap((client) =>
    TARGETS.flatMap((target) =>
      FEATURES.flatMap((feature) =>
        (['whole', 'stream'] as const).map((mode) => ({ client, target, feature, mode })),
      ),
    ),
  );

const isSelected = ({ client, target, feature, mode }: Case, selection: Selection) =>
  (selection.client ?? client.name) === client.name &&
  (selection.target === undefined || [target.title, target.slug].includes(selection.target)) &&
  (selection.feature ?? feature.name) === feature.name &&
  (selection.mode ?? mode) === mode;

async function runCase(
  own: Case,
  number: number,
  gateway: GatewayUnderTest,
  simulators: ProviderSimulators,
): Promise<Cell> {
  const { client, target, feature, mode } = own;
  const cell = (
    verdict: Verdict,
    note: string,
    passedThrough: boolean | null = null,
    explained = false,
  ): Cell => ({
    client: client.name,
    target: target.title,
    feature: feature.name,
    mode,
    verdict,
    note,
    explained,
    passedThrough,
  });
  const notIn = feature.notIn?.[mode] ?? lacking(own);
  if (notIn !== undefined) return cell('skip', notIn);

  const name = `case-${number}`;
  const { secondScript } = feature;
  const marker = simulators.script(name, feature.script, ...(secondScript ? [secondScript] : []));
  const ask = withMarker(feature.ask, marker);
  const endpoint: Endpoint = { baseUrl: gateway.baseUrl, apiKey: PROVIDER_KEY, headers: gateway.headers };
  try {
    if (feature.leaves) {
      const left = await client.leave(endpoint, ask, modelOf(own));
      const complaints = await misleft(feature.script, left, name, simulators);
      return cell(complaints.length === 0 ? 'pass' : 'miss', complaints.join('; '));
    }
    const options = { model: modelOf(own), mode, includeUsage: asksForUsage(own) };
    const outcome = secondScript
      ? await client.goOn(endpoint, ask, options)
      : await client.ask(endpoint, ask, options);
    const [exchange, second] = simulators.exchanges(name);
    if (!exchange) return cell('miss', `the provider was not asked: ${shown(outcome)}`);
    const passedThrough = exchange.wire === client.name;
    const limit = feature.says && exchange.limits[feature.says];
    if (limit !== undefined) return cell('skip', limit, passedThrough);
    const complaints = passedThrough
      ? await changed(own, ask, outcome, simulators)
      : mistranslated(own, ask, outcome, exchange, second);
    const note = complaints.join('; ');
    const explained = passedThrough && note === target.asItIs?.[feature.name];
    return cell(note === '' ? 'pass' : 'miss', note, passedThrough, explained);
  } catch (error) {
    return cell('miss', `the runner failed: ${String(error)}`);
  }
}

function lacking({ target, feature }: Case): string | undefined {
  if (feature.needsReasoning && target.lacks.reasoning !== undefined) return target.lacks.reasoning;
  return feature.needs && target.lacks[feature.needs];
}

function modelOf({ target, feature }: Case): string {
  if (feature.needsReasoning) return target.reasoningModel ?? target.model;
  if (feature.needs === 'images') return target.visionModel ?? target.model;
  return target.model;
}

const asksForUsage = ({ target, feature }: Case) =>
  feature.countsTokens === true && target.refusesStreamOptions !== true;

/** The script's name goes with the first text of the user. */
function withMarker(ask: Ask, marker: string): Ask {
  const [first, ...rest] = ask.turns;
  if (first?.role !== 'user') return ask;
  const [opening, ...others] = first.parts;
  if (opening?.kind !== 'text') return ask;
  const text = `${opening.text} [${marker}]`;
  return { ...ask, turns: [{ role: 'user', parts: [{ kind: 'text', text }, ...others] }, ...rest] };
}

/** Through the form: what the provider heard is what was asked, what the client reads is what was said. */
function mistranslated(
  { client, feature: { script, secondScript, countsTokens = false } }: Case,
  ask: Ask,
  outcome: Outcome,
  exchange: SimulatedExchange,
  second: SimulatedExchange | undefined,
): string[] {
  if (exchange.refused !== null) return [`the provider refused the request: ${exchange.refused}`];
  const heard = exchange.heard
    ? misheard(ask, exchange.heard, exchange.limits)
    : ['the provider heard nothing'];
  const partial = `${textOf(script, 'text')}`;
  const { failure } = script;
  if (failure?.at === 'start') return [...heard, ...misreadError(failure.problem, outcome, client.name)];
  if (failure?.at === 'middle')
    return [...heard, ...misreadInStream(failure.problem, outcome, client.name, partial, exchange.limits)];
  if (failure?.at === 'cut')
    return [...heard, ...notCut(outcome, exchange.heard?.stream === true ? partial : '')];
  if (secondScript) return [...heard, ...notGoneOn(script, secondScript, outcome, second, client.name)];
  if (outcome.kind === 'error') return [...heard, `the answer was read as an error: ${shown(outcome)}`];
  const silent = exchange.heard?.stream && exchange.limits['stream-usage'] !== undefined;
  const reading = { client: client.name, limits: exchange.limits, countsTokens: countsTokens && !silent };
  return [...heard, ...misread(script, outcome.observed, reading)];
}

/** The conversation went on with all that the provider needs of its own first answer. */
function notGoneOn(
  script: Script,
  secondScript: Script,
  outcome: Outcome,
  second: SimulatedExchange | undefined,
  client: ConformanceClient['name'],
): string[] {
  if (!second?.wire || !second.heard)
    return [`the second request was not understood: ${second?.refused ?? 'not sent'}`];
  const reading = { client, limits: second.limits, countsTokens: false };
  return [
    ...forgotten(script, second.wire, second.heard),
    ...(outcome.kind === 'answer' ? misread(secondScript, outcome.observed, reading) : [shown(outcome)]),
  ];
}

function notCut(outcome: Outcome, partial: string): string[] {
  if (outcome.kind === 'answer') return ['the broken answer was read as a whole one'];
  return outcome.partial === partial
    ? []
    : [`of ${JSON.stringify(partial)} came ${JSON.stringify(outcome.partial)}`];
}

/** Past the form: the same client at the provider itself has the same. */
async function changed(
  own: Case,
  ask: Ask,
  outcome: Outcome,
  simulators: ProviderSimulators,
): Promise<string[]> {
  const { client, target, feature, mode } = own;
  const model = modelOf(own);
  const endpoint = {
    baseUrl: directUrl(target, client, simulators),
    apiKey: PROVIDER_KEY,
    headers: { 'api-key': PROVIDER_KEY, 'x-api-key': PROVIDER_KEY },
  };
  const options = {
    model: model.slice(model.indexOf(target.slug === 'azure-openai' ? '/gpt' : '/') + 1),
    mode,
    includeUsage: asksForUsage(own),
  };
  const direct = feature.secondScript
    ? await client.goOn(endpoint, ask, options)
    : await client.ask(endpoint, ask, options);
  const { failure } = feature.script;
  if (direct.kind === 'error' && failure === undefined)
    return [target.asItIs?.[feature.name] ?? `the case asks what the provider refuses: ${shown(direct)}`];
  // A cut connection is told in words that are ours or the SDK's; that it is told is what counts.
  if (failure?.at === 'cut') return notCut(outcome, mode === 'stream' ? textOf(feature.script, 'text') : '');
  return sameJson(direct, outcome) ? [] : [`${shown(direct)} came through as ${shown(outcome)}`];
}

/** Where the provider serves the client's format: beneath its base URL, which the SDK's own path follows. */
function directUrl({ slug }: Target, { name }: ConformanceClient, { baseUrls }: ProviderSimulators): string {
  const base = (baseUrls[slug] ?? '').replace('{resource}', 'contoso');
  if (name === 'anthropic-messages') return base;
  const prefix = {
    'azure-openai': '/openai/v1',
    mistral: '/v1',
    huggingface: '/v1',
    parallel: '/v1beta',
    'workers-ai': '/v1',
  }[slug];
  return `${base}${prefix ?? ''}`;
}

async function misleft(
  script: Script,
  { aborted, partial }: Leaving,
  name: string,
  simulators: ProviderSimulators,
): Promise<string[]> {
  simulators.goOn(name);
  const timeout = AbortSignal.timeout(LEAVING_MS);
  const late = new Promise<void>((resolve) => timeout.addEventListener('abort', () => resolve()));
  await Promise.race([simulators.over(name), late]);
  const end = simulators.exchanges(name).at(-1)?.end;
  return [
    ...(aborted ? [] : ['the client could not leave']),
    ...(partial !== '' && textOf(script, 'text').startsWith(partial)
      ? []
      : [`it left with ${JSON.stringify(partial)}`]),
    // Where the host sees its client leave, the provider is left too; elsewhere the answer is read to its end.
    ...(end === 'left' || end === 'answered' ? [] : [`the provider’s answer is ${end}`]),
  ];
}

function shown(outcome: Outcome): string {
  if (outcome.kind === 'answer') return JSON.stringify(outcome.observed);
  return `error ${outcome.status} ${outcome.type}: ${outcome.message} (after ${JSON.stringify(outcome.partial)})`;
}
