import { describe, expect, it, test } from '@jest/globals';
import { awsFrame } from '../../providers/__fixtures__/frames.ts';
import { isWholeAnswer } from './whole-answer.ts';

const events = (...data: string[]) => data.map((text) => `data: ${text}\n\n`).join('');
const isWhole = (type: string, text: string) => isWholeAnswer(type, Buffer.from(text));

const CHAT = '{"choices":[{"delta":{"content":"\\"finish_reason\\":\\"stop\\""},"finish_reason":null}]}';

describe('a stream is whole when it says so (spec 5.4-6)', () => {
  test.each([
    ['chat with its closing word', events(CHAT, '[DONE]'), true],
    ['chat with a finish alone', events(CHAT, '{"choices":[{"finish_reason":"length"}]}'), true],
    ['chat that leaves off', events(CHAT), false],
    ['chat that speaks of its end in a text', events(CHAT, CHAT), false],
    ['messages', events('{"type":"message_start"}', '{"type":"message_stop"}'), true],
    ['messages that leave off', events('{"type":"message_start"}', '{"type":"content_block_stop"}'), false],
    ['responses', events('{"type":"response.created"}', '{"type":"response.completed"}'), true],
    [
      'responses at their limit',
      events('{"type":"response.created"}', '{"type":"response.incomplete"}'),
      true,
    ],
    ['responses that leave off', events('{"type":"response.created"}'), false],
    ['Gemini', events('{"candidates":[{"finishReason":"STOP"}]}'), true],
    ['Gemini that leaves off', events('{"candidates":[{"content":{}}]}'), false],
    ['Cohere', events('{"type":"message-start"}', '{"type":"message-end"}'), true],
    ['a stream of nobody we know', events('{"token":1}'), true],
    ['an error after its beginning', events(CHAT, '{"error":{"message":"no"}}', '[DONE]'), false],
    [
      'an Anthropic error',
      events('{"type":"message_start"}', '{"type":"error","error":{"type":"x"}}'),
      false,
    ],
    ['nothing', '', false],
  ])('%s: %s', (_, text, whole) => {
    expect(isWhole('text/event-stream; charset=utf-8', text)).toBe(whole);
  });
});

describe('a body is whole when it is closed and holds no error', () => {
  test.each([
    ['application/json', ' {"a":1}\n', true],
    ['application/json', '{"a":[1', false],
    ['application/json', '[{"a":1}]', true],
    ['application/json', '[{"a":1}', false],
    ['application/json', '{"a":{"b":1}', false],
    ['application/json', '[{"a":[]},{"b":[1]', false],
    ['application/json', '{"a":"{[","b":"\\"}"}', true],
    ['application/json', '{"a":"\\\\"}', true],
    ['application/json', '{"a":"cut \\"}', false],
    ['application/json', '{"a":1}\n{"b":1}\n', true],
    ['application/json', '3', true],
    ['application/json', '{"error":{"message":"overloaded"}}', false],
    ['application/json', '{"error":null,"a":1}', true],
    ['text/plain', '{ is no JSON here', true],
    ['image/png', '\x89PNG', true],
  ])('%s %j: %s', (type, text, whole) => {
    expect(isWhole(type, text)).toBe(whole);
  });

  it('AWS’s frames must be sound, and events all of them', () => {
    const type = 'application/vnd.amazon.eventstream';
    expect(isWhole(type, 'no frame at all, but long enough')).toBe(false);
    const frame = (event: string) => awsFrame({ ':event-type': event, ':message-type': 'event' }, {});
    const beginning = [frame('messageStart'), frame('contentBlockDelta')];
    expect(isWholeAnswer(type, Buffer.concat(beginning))).toBe(false);
    expect(isWholeAnswer(type, Buffer.concat([...beginning, frame('messageStop')]))).toBe(true);
  });
});
