import {
  callsOf,
  type Limits,
  type Problem,
  type ProblemKind,
  type Script,
  textOf,
} from '../simulators/index.ts';
import type { ConformanceClient } from './clients/client.ts';
import type { Observed, ObservedCall, ObservedFinish, Outcome } from './observed.ts';
import { sameJson } from './same-json.ts';

interface Reading {
  readonly client: ConformanceClient['name'];
  /** What the provider's format could not say. */
  readonly limits: Limits;
  readonly countsTokens: boolean;
}

/** What the client has otherwise than the model said; empty when nothing. */
export function misread(script: Script, observed: Observed, reading: Reading): string[] {
  const refusal = textOf(script, 'refusal');
  return [
    ...differs(
      'text',
      `${textOf(script, 'text')}${textOf(script, 'output')}`,
      refusal === '' ? observed.text : '',
    ),
    ...(refusal === '' || observed.refusal === refusal || observed.text === refusal
      ? []
      : [`the refusal arrived as ${JSON.stringify([observed.refusal, observed.text])}`]),
    ...(reading.limits.reasoning === undefined
      ? differs('reasoning', textOf(script, 'reasoning'), observed.reasoning)
      : []),
    ...calls(script, observed.calls, reading),
    ...finish(script, observed.finish),
    ...(reading.countsTokens ? tokens(script, observed, reading) : []),
  ];
}

const differs = (what: string, said: unknown, read: unknown): string[] =>
  sameJson(said, read) ? [] : [`${what} ${JSON.stringify(said)} was read as ${JSON.stringify(read)}`];

function calls(script: Script, read: readonly ObservedCall[], { client }: Reading): string[] {
  const said = callsOf(script).map(({ name, pieces }) => ({
    name,
    input: JSON.parse(pieces.join('') || '{}'),
  }));
  const ids = read.map(({ id }) => id);
  return [
    ...differs(
      'calls',
      said,
      read.map(({ name, input }) => ({ name, input: inputOf(input) })),
    ),
    ...(new Set(ids).size === ids.length && !ids.includes('')
      ? []
      : [`the calls’ ids are ${JSON.stringify(ids)}`]),
    ...(client === 'anthropic-messages' && ids.some((id) => !/^[A-Za-z0-9_-]+$/.test(id))
      ? [`the client’s own provider would refuse the ids ${JSON.stringify(ids)}`]
      : []),
  ];
}

/** Text of JSON in two of the formats, a value in the third. */
function inputOf(input: unknown): unknown {
  if (typeof input !== 'string') return input;
  try {
    return JSON.parse(input);
  } catch {
    return `not JSON: ${input}`;
  }
}

function finish(script: Script, read: ObservedFinish): string[] {
  if (script.finish === 'refused')
    return read === 'stop' || read === 'blocked' ? [] : [`it finished as ${read}`];
  const done = callsOf(script).length > 0 ? 'tool-calls' : 'stop';
  return differs('finish', { done, length: 'length', blocked: 'blocked' }[script.finish], read);
}

function tokens({ usage }: Script, { usage: read }: Observed, { limits }: Reading): string[] {
  const told = {
    input: usage.input,
    cached: limits.cached === undefined ? usage.cached : 0,
    output: usage.output,
    reasoning: limits['reasoning-count'] === undefined ? usage.reasoning : 0,
  };
  return differs('usage', told, read);
}

/** The class table of spec/providers 2.6, as far as the cases go: status, then the type in each family of formats. */
const ERRORS: Readonly<Record<ProblemKind, readonly [status: number, openai: string, anthropic: string]>> = {
  'bad-request': [400, 'invalid_request_error', 'invalid_request_error'],
  authentication: [401, 'authentication_error', 'authentication_error'],
  'rate-limit': [429, 'rate_limit_error', 'rate_limit_error'],
  server: [502, 'server_error', 'api_error'],
  overloaded: [503, 'server_error', 'overloaded_error'],
};
const ANTHROPIC_OVERLOADED = 529;

/** What the client was told otherwise than how the provider refused. */
export function misreadError(
  problem: Problem,
  outcome: Outcome,
  client: ConformanceClient['name'],
): string[] {
  if (outcome.kind === 'answer') return readAsAnswer(outcome.observed);
  const [usual, openai, anthropic] = ERRORS[problem.kind];
  const isAnthropic = client === 'anthropic-messages';
  const status = isAnthropic && problem.kind === 'overloaded' ? ANTHROPIC_OVERLOADED : usual;
  return [
    ...differs('status', status, outcome.status),
    ...differs('error type', isAnthropic ? anthropic : openai, outcome.type),
    ...message(problem, outcome.message),
  ];
}

/** The same of a failure after the model's first words, which the client must have. */
export function misreadInStream(
  problem: Problem,
  outcome: Outcome,
  client: ConformanceClient['name'],
  partial: string,
  limits: Limits,
): string[] {
  if (outcome.kind === 'answer') return readAsAnswer(outcome.observed);
  const [, openai, anthropic] = ERRORS[limits['problem-kind'] === undefined ? problem.kind : 'server'];
  return [
    ...differs('error type', client === 'anthropic-messages' ? anthropic : openai, outcome.type),
    ...message(problem, outcome.message),
    ...differs('what came before it', partial, outcome.partial),
  ];
}

const readAsAnswer = (observed: Observed) => [`the error was read as an answer: ${JSON.stringify(observed)}`];

const message = (problem: Problem, read: string) =>
  read.includes(problem.message) ? [] : [`the message was read as ${JSON.stringify(read)}`];
