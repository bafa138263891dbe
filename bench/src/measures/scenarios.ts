import { SHORT_STREAM } from '../processes/canned-shape.ts';

export interface LoadScenario {
  readonly name: string;
  readonly streamed: boolean;
  /** A stream of a few events, so that many first tokens can be timed one at a time. */
  readonly short: boolean;
  /** OpenAI's format in and out, Anthropic's at the provider. */
  readonly translated: boolean;
  readonly concurrency: number;
  /** Per contender and round. */
  readonly requests: number;
  readonly rounds: number;
  /** Beside the gateways, a process that only hands bytes on is measured: what no gateway can go below. */
  readonly floor: boolean;
  /** Between an answer and the next request of the same worker, ms. */
  readonly pause: number;
}

/**
 * One at a time means as on Lambda, where the next request waits until the last one's record is handed over: without a
 * pause the client would be faster than the hand-off, and two records would share a call.
 */
const UNTIL_HANDED_OVER_MS = 10;

export function scenarios(quick: boolean): readonly LoadScenario[] {
  const scale = (requests: number) => (quick ? Math.ceil(requests / 4) : requests);
  const rounds = quick ? 3 : 5;
  const streamRounds = quick ? 2 : 5;
  return [
    {
      name: 'whole answer, 1 at a time',
      streamed: false,
      short: false,
      translated: false,
      concurrency: 1,
      requests: scale(300),
      rounds,
      pause: UNTIL_HANDED_OVER_MS,
      floor: true,
    },
    {
      name: 'whole answer, 32 at once',
      streamed: false,
      short: false,
      translated: false,
      concurrency: 32,
      requests: scale(4000),
      rounds,
      pause: 0,
      floor: true,
    },
    {
      name: '300-chunk stream, 1 at a time',
      streamed: true,
      short: false,
      translated: false,
      concurrency: 1,
      requests: scale(4),
      rounds: streamRounds,
      pause: 0,
      floor: false,
    },
    {
      name: '300-chunk stream, 20 at once',
      streamed: true,
      short: false,
      translated: false,
      concurrency: 20,
      requests: scale(80),
      rounds: streamRounds,
      pause: 0,
      floor: true,
    },
    {
      name: '300-chunk stream, 32 at once',
      streamed: true,
      short: false,
      translated: false,
      concurrency: 32,
      requests: scale(128),
      rounds: streamRounds,
      pause: 0,
      floor: false,
    },
    ...[false, true].map((translated) => ({
      name: `short stream${translated ? ', translated' : ''}, 1 at a time`,
      streamed: true,
      short: true,
      translated,
      concurrency: 1,
      requests: scale(100),
      rounds: streamRounds,
      pause: UNTIL_HANDED_OVER_MS,
      floor: false,
    })),
    {
      name: '300-chunk stream, translated, 20 at once',
      streamed: true,
      short: false,
      translated: true,
      concurrency: 20,
      requests: scale(80),
      rounds: streamRounds,
      pause: 0,
      floor: false,
    },
  ];
}

export function requestBody(scenario: LoadScenario, model: string): string {
  return JSON.stringify({
    model,
    ...(scenario.translated ? { max_tokens: 1024 } : {}),
    ...(scenario.streamed ? { stream: true } : {}),
    messages: [
      { role: 'system', content: 'You are a helpful assistant that answers briefly and in plain words.' },
      {
        role: 'user',
        content: `${scenario.short ? `${SHORT_STREAM} ` : ''}${'Explain what a weir does to a river, for a reader who has never seen one. '.repeat(8)}`,
      },
    ],
    temperature: 0.2,
  });
}
