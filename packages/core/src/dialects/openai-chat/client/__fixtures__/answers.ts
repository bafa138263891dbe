import type { AssistantBlock } from '../../../../form/blocks.ts';
import type { ModelEvent } from '../../../../form/events.ts';
import { isFault } from '../../../../form/fault.ts';
import type { Json } from '../../../../form/json.ts';
import type { ModelResponse } from '../../../../form/response.ts';
import { NO_USAGE } from '../../../../form/usage.ts';
import { readSse } from '../../../../streaming/sse.ts';
import type { AnswerContext } from '../../../client-dialect.ts';
import { decodeRequest } from '../decode-request.ts';
import { encodeStream } from '../encode-stream.ts';

/** What an encoder gets with an answer to this request. */
export function answerContext(body: Json = {}): AnswerContext {
  const request = decodeRequest({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], ...body });
  if (isFault(request)) throw new Error(request.message);
  return { request, model: 'asked/model', newId: (prefix) => `${prefix}new`, now: 1_800_000_000 };
}

export const answer = (
  blocks: readonly AssistantBlock[],
  rest: Partial<ModelResponse> = {},
): ModelResponse => ({
  id: 'id_1',
  model: 'model-1',
  created: 1_700_000_000,
  blocks,
  finish: { reason: 'stop', raw: null },
  usage: { ...NO_USAGE, input: 3, output: 4 },
  ...rest,
});

/** Server-sent text of events. */
export function written(events: readonly ModelEvent[], context: AnswerContext): string {
  const encoder = encodeStream(context);
  return events.map((event) => encoder.write(event)).join('');
}

/** The chunks of server-sent text, without the end mark. */
export const chunksOf = (text: string): Json[] =>
  readSse(Buffer.from(text))
    .filter(({ data }) => data !== '[DONE]')
    .map(({ data }) => JSON.parse(data) as Json);

interface Chunk {
  readonly choices: readonly { readonly delta: Json; readonly finish_reason: string | null }[];
}
export const deltasOf = (text: string): Json[] =>
  chunksOf(text).flatMap((chunk) => (chunk as unknown as Chunk).choices.map(({ delta }) => delta));
export const finishesOf = (text: string): string[] =>
  chunksOf(text)
    .flatMap((chunk) => (chunk as unknown as Chunk).choices.map((choice) => choice.finish_reason))
    .filter((reason) => reason !== null);
