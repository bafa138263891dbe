import { describe, expect, it } from '@jest/globals';
import { finishReason as cohere } from './dialects/cohere/finish.ts';
import { readFinish as converse } from './dialects/converse/finish.ts';
import { finishReason as gemini } from './dialects/gemini/finish.ts';
import { readFinish as responses } from './dialects/openai-responses/finish.ts';
import { ownValue } from './own-value.ts';

const INHERITED = ['constructor', '__proto__', 'toString', 'hasOwnProperty'];

describe.each(INHERITED)('%s, which every object has,', (name) => {
  it('is in no table unless somebody put it there', () => {
    expect(ownValue({ stop: 1 }, name)).toBeUndefined();
    expect(ownValue(JSON.parse(`{"${name}":1}`), name)).toBe(1);
  });

  it('is no word for why an answer ended', () => {
    const none = { fields: null, hasCalls: false, usedOutputTool: false, stop: undefined };
    const reasons = [
      cohere(name, false),
      gemini(name, false),
      converse({ ...none, reason: name }),
      responses({ status: 'incomplete', incomplete_details: { reason: name } }, false),
    ];
    expect(reasons).toEqual([
      'other',
      'other',
      { reason: 'other', raw: name },
      { reason: 'other', raw: name },
    ]);
  });
});
