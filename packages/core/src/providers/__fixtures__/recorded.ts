import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/**
 * Recorded provider traffic, kept beside the project (its `index.md` says what each file shows and what was cut). It is
 * read where it is and never copied; where the folder is missing the tests that need it are skipped, and say so.
 */
const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '../../../../../../shared/fixtures');

export const hasRecorded = existsSync(FOLDER);
if (!hasRecorded)
  process.stderr.write(
    `skipped: recorded provider traffic is not at ${FOLDER}; only the small fixtures run\n`,
  );

/** A whole body as it was sent. */
export const recordedBody = (file: string): Buffer => readFileSync(join(FOLDER, file));

/**
 * A `.chunks.txt` stream with its framing put back: one event per line, its name from the payload's `type` as Anthropic
 * and OpenAI's Responses write it.
 */
export function recordedSse(file: string, lines: readonly [from: number, to?: number] = [0]): Buffer {
  const events = recordedBody(file)
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .slice(...lines);
  const framed = events.map((line) => {
    const event: unknown = JSON.parse(line);
    const type =
      typeof event === 'object' && event !== null && 'type' in event ? `event: ${event.type}\n` : '';
    return `${type}data: ${line}\n\n`;
  });
  return Buffer.from(framed.join(''));
}

interface Cassette {
  readonly interactions: ReadonlyArray<{
    readonly request: { readonly parsed_body?: unknown };
    readonly response: {
      readonly parsed_body?: unknown;
      readonly body?: string | { readonly string: string | Uint8Array };
    };
  }>;
}

/** The answer of one interaction of a cassette. */
export function recordedAnswer(file: string, interaction = 0): Buffer {
  const { interactions } = parse(recordedBody(file).toString()) as Cassette;
  const response = interactions[interaction]?.response;
  if (response?.parsed_body !== undefined) return Buffer.from(JSON.stringify(response.parsed_body));
  const body = typeof response?.body === 'object' ? response.body.string : response?.body;
  if (body === undefined) throw new Error(`${file} has no answer ${interaction}`);
  return Buffer.from(body);
}

/** The bodies that the recorded client sent, where the cassette kept them as JSON. */
export function recordedRequests(file: string): unknown[] {
  const { interactions } = parse(recordedBody(file).toString()) as Cassette;
  return interactions.map(({ request }) => request.parsed_body).filter((body) => body !== undefined);
}

export interface RecordedAnswer {
  readonly file: string;
  /** The folder's name. */
  readonly provider: string;
  readonly answer: Buffer;
  /** The client's JSON, where the cassette kept it. */
  readonly request: unknown;
}

/** Every answer in the folder, of errors too. */
export function recordedAnswers(): RecordedAnswer[] {
  return readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'licences')
    .flatMap(({ name: provider }) =>
      readdirSync(join(FOLDER, provider)).flatMap((name) => answersIn(provider, `${provider}/${name}`)),
    );
}

function answersIn(provider: string, file: string): RecordedAnswer[] {
  if (file.endsWith('.json')) return [{ file, provider, answer: recordedBody(file), request: null }];
  // Bedrock's frames cannot be put back from their payloads alone.
  if (file.endsWith('.chunks.txt'))
    return provider === 'bedrock' ? [] : [{ file, provider, answer: recordedSse(file), request: null }];
  const { interactions } = parse(recordedBody(file).toString()) as Cassette;
  return interactions.map(({ request }, index) => ({
    file: `${file} ${index}`,
    provider,
    answer: recordedAnswer(file, index),
    request: request.parsed_body ?? null,
  }));
}
