import type { ProviderSimulators, WireName } from '../simulators/index.ts';
import type { ConformanceClient } from './clients/client.ts';
import { CONFORMANCE_CLIENTS } from './clients/index.ts';
import type { Observed, Outcome } from './observed.ts';
import type { Recording } from './recorded-answers.ts';
import type { GatewayUnderTest, Verdict } from './run-conformance.ts';
import { sameJson } from './same-json.ts';

/** A recording at one client. */
export interface RecordedCell {
  readonly recording: string;
  readonly client: ConformanceClient['name'];
  readonly verdict: Verdict;
  readonly note: string;
}

interface Reading {
  readonly client: ConformanceClient;
  readonly outcome: Outcome;
  /** In which format the provider was asked; null: not at all. */
  readonly wire: WireName | null;
}

/**
 * Every recording at every client: the official parser takes it, and whatever is translated says the same in all
 * formats: the same words, the same calls.
 */
export async function runRecorded(
  recordings: readonly Recording[],
  gateway: GatewayUnderTest,
  simulators: ProviderSimulators,
): Promise<RecordedCell[]> {
  const cells: RecordedCell[] = [];
  for (const [index, recording] of recordings.entries()) {
    const readings = await Promise.all(
      CONFORMANCE_CLIENTS.map((client) =>
        play(client, recording, `recorded-${index}-${client.name}`, gateway, simulators),
      ),
    );
    for (const reading of readings) {
      const reason = unfit(recording, reading);
      const note = reason ?? complaint(recording, reading, readings);
      const verdict = reason !== null ? 'skip' : note === '' ? 'pass' : 'miss';
      cells.push({ recording: recording.name, client: reading.client.name, verdict, note });
    }
  }
  return cells;
}

async function play(
  client: ConformanceClient,
  { model, mode, answer }: Recording,
  name: string,
  gateway: GatewayUnderTest,
  simulators: ProviderSimulators,
): Promise<Reading> {
  const marker = simulators.script(name, {
    steps: [],
    finish: 'done',
    usage: { input: 0, cached: 0, output: 0, reasoning: 0 },
    recorded: answer,
  });
  const outcome = await client.ask(
    { baseUrl: gateway.baseUrl, apiKey: 'sk-simulated', headers: gateway.headers },
    { turns: [{ role: 'user', parts: [{ kind: 'text', text: `Go on. [${marker}]` }] }], maxTokens: 4000 },
    { model, mode, includeUsage: false },
  );
  const [exchange] = simulators.exchanges(name);
  return { client, outcome, wire: exchange?.wire ?? null };
}

/** Streams of a provider that failed while it answered. */
const FAILS = /^(?:openai-responses\/openai-error|openrouter\/stream-error)$/;

/** Answers that the official SDK refuses to read from the provider itself, whose bytes pass through. */
const UNREADABLE: Readonly<Record<string, string>> = {
  'anthropic/duplicate-message-start': 'Anthropic’s SDK refuses a message that begins twice',
  'mistral/mistral-tool-call': 'OpenAI’s SDK does not read streamed calls without an index',
};

function unfit({ name, wire }: Recording, { wire: asked, client }: Reading): string | null {
  if (asked !== null && asked !== wire) return 'the provider serves this client’s format itself';
  return asked === client.name ? (UNREADABLE[name] ?? null) : null;
}

/** Pictures, which one of the formats has no place for and tells in words. */
const SHOWS_PICTURES = /image-output|image-generation/;

function complaint(
  recording: Recording,
  { outcome, wire, client }: Reading,
  all: readonly Reading[],
): string {
  if (wire === null) return `the provider was not asked: ${shown(outcome)}`;
  const fails = recording.answer.status >= 400 || FAILS.test(recording.name);
  if (fails) return outcome.kind === 'error' ? '' : `a failure was read as an answer: ${shown(outcome)}`;
  if (outcome.kind === 'error') return `an answer was read as a failure: ${shown(outcome)}`;
  if (wire === client.name || SHOWS_PICTURES.test(recording.name)) return '';
  const others = all.filter((other) => other.wire === recording.wire && other.wire !== other.client.name);
  const different = others.find(
    (other) =>
      other.outcome.kind === 'answer' && !sameJson(gist(other.outcome.observed), gist(outcome.observed)),
  );
  return different ? `${shown(outcome)}, but at ${different.client.name} ${shown(different.outcome)}` : '';
}

/** What every format has a place for. */
const gist = ({ text, calls }: Observed) => ({
  text,
  calls: calls.map(({ name, input }) => ({
    name,
    input: typeof input === 'string' ? JSON.parse(input) : input,
  })),
});

function shown(outcome: Outcome): string {
  if (outcome.kind === 'answer') return JSON.stringify(gist(outcome.observed)).slice(0, 400);
  return `error ${outcome.status} ${outcome.type}: ${outcome.message.slice(0, 300)}`;
}
