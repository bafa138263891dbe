import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { anyAnswer } from '../../../form/__fixtures__/answers.ts';
import { isFault } from '../../../form/fault.ts';
import { isJson, type Json, listAt } from '../../../form/json.ts';
import type { ModelResponse } from '../../../form/response.ts';
import { unfoldResponse } from '../../../form/unfold-response.ts';
import { assembleStreamedAnswer } from '../../../providers/assembled/assemble-streamed-answer.ts';
import { answerContext, written } from './__fixtures__/answers.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeResponse } from './encode-response.ts';

const asked = answerContext({ stream_options: { include_usage: true } });

/** One spoken answer is all that a message holds. */
const oneAudio = (answer: ModelResponse): ModelResponse => {
  const first = answer.blocks.findIndex(({ kind }) => kind === 'audio');
  return { ...answer, blocks: answer.blocks.filter(({ kind }, at) => kind !== 'audio' || at === first) };
};

/** Without members that say nothing: a stream cannot know at its beginning what will be missing at its end. */
const telling = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(telling);
  if (!isJson(value)) return value;
  const members = Object.entries(value).filter(([, it]) => it !== null && it !== '');
  return Object.fromEntries(members.map(([key, it]) => [key, telling(it)]));
};

const messageOf = (body: Json): Json => {
  const [choice] = listAt(body, 'choices');
  return isJson(choice) && isJson(choice.message) ? choice.message : {};
};

describe('a chat answer', () => {
  test('says the same streamed as whole', () => {
    fc.assert(
      fc.property(anyAnswer.map(oneAudio), (answer) => {
        const text = written(unfoldResponse(answer), asked);
        const streamed = assembleStreamedAnswer(Buffer.from(text));
        const whole = JSON.parse(JSON.stringify(encodeResponse(answer, asked)));
        expect(telling(streamed)).toEqual(telling(whole));
      }),
    );
  });

  test('can be sent back as it came, whatever is in it', () => {
    fc.assert(
      fc.property(anyAnswer, (answer) => {
        const message = JSON.parse(JSON.stringify(messageOf(encodeResponse(answer, asked))));
        const request = decodeRequest({ messages: [message] });
        expect(isFault(request) ? request : null).toBeNull();
      }),
    );
  });
});
