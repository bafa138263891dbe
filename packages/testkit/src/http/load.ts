import { setTimeout as sleep } from 'node:timers/promises';
import { type RawAnswer, type RawRequest, sendRaw } from './raw-http.ts';

interface Load {
  /** Where to send, in turn. */
  readonly at: readonly string[];
  readonly count: number;
  readonly concurrency: number;
}

/**
 * Sends the same request so often, so many at a time. As the official clients do, it asks again after a 503: on a busy
 * machine the store may not answer in time, and what could not be decided is no answer of a limit.
 */
export async function sendMany(
  request: RawRequest,
  { at, count, concurrency }: Load,
): Promise<readonly RawAnswer[]> {
  const answers: RawAnswer[] = [];
  let next = 0;
  const client = async () => {
    for (let index = next++; index < count; index = next++)
      answers.push(await decided(at[index % at.length] ?? '', request));
  };
  await Promise.all(Array.from({ length: concurrency }, client));
  return answers;
}

async function decided(baseUrl: string, request: RawRequest): Promise<RawAnswer> {
  for (;;) {
    const answer = await sendRaw(baseUrl, request);
    if (answer.status !== 503) return answer;
    await sleep(Number(answer.headers['retry-after']) * 1_000);
  }
}

/** How many answers have each status. */
export const tally = (answers: readonly RawAnswer[]): Readonly<Record<string, number>> =>
  Object.fromEntries(
    [...new Set(answers.map(({ status }) => status))].map((status) => [
      status,
      answers.filter((answer) => answer.status === status).length,
    ]),
  );
