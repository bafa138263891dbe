import { describe, expect, test } from '@jest/globals';
import type { FinishReason } from '../../form/response.ts';
import { readFinish, writeFinish } from './finish.ts';

const nothing = { calls: false, refusal: false };
const calls = { calls: true, refusal: false };

describe('a finish reason of chat', () => {
  test.each<[raw: string | null, holds: typeof nothing, reason: FinishReason]>([
    ['stop', nothing, 'stop'],
    ['eos', nothing, 'stop'],
    ['length', nothing, 'length'],
    ['length', calls, 'length'],
    ['model_length', nothing, 'context-full'],
    ['tool_calls', calls, 'tool-calls'],
    ['function_call', calls, 'tool-calls'],
    ['content_filter', nothing, 'blocked-output'],
    ['content_filter', calls, 'blocked-output'],
    ['stop', { calls: false, refusal: true }, 'refusal'],
    ['brand_new', nothing, 'other'],
    ['constructor', nothing, 'other'],
    [null, nothing, 'other'],
  ])('%p with %j is read', (raw, holds, reason) => {
    expect(readFinish(raw, holds)).toEqual({ reason, raw });
  });

  test('is calls made when calls are there and the word only says "done", or nothing that is known', () => {
    for (const raw of ['stop', 'eos', 'brand_new', null])
      expect(readFinish(raw, calls)).toEqual({ reason: 'tool-calls', raw });
  });

  test('is no call where none was made: a forced tool of ours became the text', () => {
    expect(readFinish('tool_calls', nothing)).toEqual({ reason: 'stop', raw: 'tool_calls' });
  });

  test('may be a failure', () => {
    expect(readFinish('error', nothing)).toMatchObject({ kind: 'error', class: 'upstream', status: 502 });
    expect(readFinish('insufficient_system_resource', calls)).toMatchObject({
      class: 'overloaded',
      status: 503,
    });
  });

  test.each<[reason: FinishReason, written: string]>([
    ['stop', 'stop'],
    ['stop-sequence', 'stop'],
    ['tool-calls', 'tool_calls'],
    ['length', 'length'],
    ['context-full', 'length'],
    ['blocked-output', 'content_filter'],
    ['blocked-prompt', 'content_filter'],
    ['refusal', 'content_filter'],
    ['paused', 'stop'],
    ['other', 'stop'],
  ])('%s is written as %s: a limit never becomes a success', (reason, written) => {
    expect(writeFinish(reason, false)).toBe(written);
  });

  test('a refusal in words ended as it should', () => {
    expect(writeFinish('refusal', true)).toBe('stop');
  });
});
