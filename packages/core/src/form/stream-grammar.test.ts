import { describe, expect, test } from '@jest/globals';
import type { BlockDelta, BlockStart, ModelEvent } from './events.ts';
import { grammarFaults } from './stream-grammar.ts';
import { NO_USAGE } from './usage.ts';

const start: ModelEvent = { kind: 'start', id: null, model: null, created: null };
const end: ModelEvent = { kind: 'end', finish: { reason: 'stop', raw: null } };
const usage: ModelEvent = { kind: 'usage', usage: NO_USAGE };
const failed: ModelEvent = {
  kind: 'failed',
  error: {
    kind: 'error',
    class: 'upstream',
    message: '',
    status: 500,
    code: null,
    parameter: null,
    raw: null,
  },
};
const open = (index: number, block: BlockStart = { kind: 'text' }): ModelEvent => ({
  kind: 'block-start',
  index,
  block,
});
const close = (index: number): ModelEvent => ({ kind: 'block-end', index });
const say = (index: number, delta: BlockDelta = { kind: 'text', text: 'a' }): ModelEvent => ({
  kind: 'delta',
  index,
  delta,
});
const call: BlockStart = { kind: 'tool-call', id: 'c', name: 'f' };
const args: BlockDelta = { kind: 'arguments', text: '{}' };
const whole: BlockStart = {
  kind: 'whole',
  block: { kind: 'opaque', dialect: 'anthropic-messages', value: {} },
};
const proof: BlockDelta = { kind: 'proof', proof: { family: 'google', kind: 'signature', value: 's' } };

describe('the grammar of streams', () => {
  test.each<[what: string, events: ModelEvent[]]>([
    ['nothing but a finish', [start, end]],
    ['blocks one after the other', [start, open(0), say(0), close(0), open(1), say(1), close(1), usage, end]],
    [
      'calls that overlap',
      [start, open(0, call), open(1, call), say(1, args), close(1), say(0, args), close(0), end],
    ],
    [
      'a custom call without text',
      [start, open(0, { kind: 'tool-call', id: 'c', name: 'f', custom: true }), close(0), end],
    ],
    ['whole blocks', [start, open(0, whole), close(0), end]],
    ['a call with a proof', [start, open(0, call), say(0, proof), say(0, args), close(0), end]],
    ['thoughts with a proof', [start, open(0, { kind: 'reasoning' }), say(0), say(0, proof), close(0), end]],
    ['a failure before the start', [failed]],
    ['a failure inside a block', [start, open(0), say(0), failed]],
    ['a failure after usage', [start, usage, failed]],
  ])('allows %s', (_what, events) => {
    expect(grammarFaults(events)).toEqual([]);
  });

  test.each<[what: string, events: ModelEvent[], fault: string]>([
    ['no end', [start], 'no end'],
    ['nothing at all', [], 'no end'],
    ['two starts', [start, start, end], 'a second start'],
    ['a block before the start', [open(0), start, end], 'block-start before the start'],
    ['an end before the start', [end], 'end before the start'],
    ['something after the end', [start, end, usage], 'usage after the end'],
    ['an end after a failure', [failed, end], 'end after the end'],
    ['two ends', [start, end, end], 'end after the end'],
    ['a number left out', [start, open(1), say(1), close(1), end], 'block 1 begins where block 0 is due'],
    [
      'a number used twice',
      [start, open(0), close(0), open(0), close(0), end],
      'block 0 begins where block 1 is due',
    ],
    [
      'a text inside a text',
      [start, open(0), open(1), close(1), close(0), end],
      'a text block begins while another is open',
    ],
    [
      'a call inside a text',
      [start, open(0), open(1, call), say(1, args), close(1), close(0), end],
      'a tool-call block begins while another is open',
    ],
    [
      'a text inside a call',
      [start, open(0, call), open(1), close(1), say(0, args), close(0), end],
      'a text block begins while another is open',
    ],
    ['a delta of no block', [start, say(0), end], 'a delta for block 0, which is not open'],
    [
      'a delta after its block',
      [start, open(0), close(0), say(0), end],
      'a delta for block 0, which is not open',
    ],
    [
      'arguments in a text',
      [start, open(0), say(0, args), close(0), end],
      'a arguments delta in a text block',
    ],
    [
      'a text in a call',
      [start, open(0, call), say(0), say(0, args), close(0), end],
      'a text delta in a tool-call block',
    ],
    [
      'a delta in a whole block',
      [start, open(0, whole), say(0), close(0), end],
      'a text delta in a whole block',
    ],
    [
      'a block that ends twice',
      [start, open(0), close(0), close(0), end],
      'the end of block 0, which is not open',
    ],
    [
      'a call without arguments',
      [start, open(0, call), close(0), end],
      'the end of call 0, which has no arguments',
    ],
    ['an end with an open block', [start, open(0), end], 'the end while a block is open'],
    ['usage with an open block', [start, open(0), usage, end], 'usage while a block is open'],
    ['usage twice', [start, usage, usage, end], 'usage after usage'],
    ['a block after usage', [start, usage, open(0), close(0), end], 'block-start after usage'],
  ])('refuses %s', (_what, events, fault) => {
    expect(grammarFaults(events)).toContain(fault);
  });
});
