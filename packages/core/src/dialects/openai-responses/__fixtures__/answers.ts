import { expect } from '@jest/globals';
import type { AssistantBlock } from '../../../form/blocks.ts';
import type { ModelEvent } from '../../../form/events.ts';
import type { Json } from '../../../form/json.ts';
import { isModelError } from '../../../form/model-error.ts';
import type { ModelRequest } from '../../../form/request.ts';
import type { ModelResponse } from '../../../form/response.ts';
import { unfoldResponse } from '../../../form/unfold-response.ts';
import { NO_USAGE } from '../../../form/usage.ts';
import { readSse } from '../../../streaming/sse.ts';
import { asked, decodeContext } from '../../__fixtures__/exchange.ts';
import type { AnswerContext } from '../../client-dialect.ts';
import { openaiResponsesClient } from '../client/index.ts';
import { openaiResponses } from '../provider/index.ts';

/** Fresh ids are counted, so that tests can name them. */
export function answerContext(request: ModelRequest = asked()): AnswerContext {
  let made = 0;
  return {
    request,
    model: 'asked/model',
    newId(prefix) {
      made += 1;
      return `${prefix}${made}`;
    },
    now: 1_700_000_000,
  };
}

/** The form's whole answer of a body; an error in it fails the test. */
export function decodedWhole(body: Json): ModelResponse {
  const answer = openaiResponses.decodeResponse(body, decodeContext());
  if (isModelError(answer)) throw new Error(answer.message);
  return answer;
}

/** What a client gets of these events, payload by payload. */
export function written(events: readonly ModelEvent[], context: AnswerContext = answerContext()): Json[] {
  const text = writtenText(events, context);
  return readSse(Buffer.from(text)).map(({ name, data }) => {
    const payload = JSON.parse(data) as Json;
    expect(payload.type).toBe(name);
    return payload;
  });
}

export function writtenText(events: readonly ModelEvent[], context: AnswerContext = answerContext()): string {
  const encoder = openaiResponsesClient.encodeStream(context);
  return events.map((event) => encoder.write(event)).join('');
}

export const kinds = (payloads: readonly Json[]): unknown[] => payloads.map(({ type }) => type);

/** The events of a whole answer of these blocks. */
export const answerOf = (
  blocks: readonly AssistantBlock[],
  about: Partial<ModelResponse> = {},
): readonly ModelEvent[] => unfoldResponse({ ...ANSWER, blocks, ...about });

export const ANSWER: ModelResponse = {
  id: 'chatcmpl-1',
  model: 'served-model',
  created: 1_650_000_000,
  blocks: [],
  finish: { reason: 'stop', raw: 'stop' },
  usage: { ...NO_USAGE, input: 7, cacheRead: 2, cacheWrite: 1, output: 5, reasoning: 3 },
};
