import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { anyAnswer } from './__fixtures__/answers.ts';
import type { ModelEvent } from './events.ts';
import { foldEvents } from './fold-events.ts';
import type { ModelResponse } from './response.ts';
import { grammarFaults } from './stream-grammar.ts';
import { unfoldResponse } from './unfold-response.ts';
import { NO_USAGE } from './usage.ts';

describe('an answer as a stream and back', () => {
  test('is the same answer', () => {
    fc.assert(
      fc.property(anyAnswer, (answer) => {
        expect(foldEvents(unfoldResponse(answer))).toEqual(answer);
      }),
    );
  });

  test('follows the grammar on the way', () => {
    fc.assert(
      fc.property(anyAnswer, (answer) => {
        expect(grammarFaults(unfoldResponse(answer))).toEqual([]);
      }),
    );
  });

  test('is the same in whatever pieces its texts come', () => {
    const cut = fc.array(fc.nat(20), { maxLength: 10 });
    fc.assert(
      fc.property(anyAnswer, cut, (answer, cuts) => {
        expect(foldEvents(unfoldResponse(answer).flatMap((event) => pieces(event, cuts)))).toEqual(answer);
      }),
    );
  });
});

/** A delta of text in several. */
function pieces(event: ModelEvent, cuts: readonly number[]): ModelEvent[] {
  if (event.kind !== 'delta' || (event.delta.kind !== 'text' && event.delta.kind !== 'arguments'))
    return [event];
  const { delta } = event;
  const places = [...new Set(cuts)].toSorted((a, b) => a - b).filter((at) => at < delta.text.length);
  const ends = [...places, delta.text.length];
  return ends.map((end, at) => {
    const text = delta.text.slice(at === 0 ? 0 : ends[at - 1], end);
    // Log-probs come once.
    if (delta.kind === 'text' && at > 0) return { ...event, delta: { kind: 'text', text } };
    return { ...event, delta: { ...delta, text } };
  });
}

describe('a folded stream', () => {
  const start: ModelEvent = { kind: 'start', id: null, model: null, created: null };
  const end: ModelEvent = { kind: 'end', finish: { reason: 'stop', raw: null } };
  const error = {
    kind: 'error',
    class: 'overloaded',
    message: 'm',
    status: 503,
    code: null,
    parameter: null,
    raw: null,
  } as const;

  test('that failed is its error', () => {
    expect(foldEvents([start, { kind: 'failed', error }])).toBe(error);
  });

  test('without an end is an error, never half an answer', () => {
    expect(foldEvents([start])).toMatchObject({ kind: 'error', class: 'upstream', status: 502 });
    expect(foldEvents([])).toMatchObject({ kind: 'error' });
  });

  test('has the usage of its start until it is told again', () => {
    const early = { ...NO_USAGE, input: 5 };
    const late = { ...NO_USAGE, input: 6, output: 1 };
    expect(foldEvents([{ ...start, usage: early }, end])).toMatchObject({ usage: early });
    expect(foldEvents([{ ...start, usage: early }, { kind: 'usage', usage: late }, end])).toMatchObject({
      usage: late,
    });
  });

  test('puts overlapping calls together, each its own', () => {
    const open = (index: number): ModelEvent => ({
      kind: 'block-start',
      index,
      block: { kind: 'tool-call', id: `c${index}`, name: 'f' },
    });
    const args = (index: number, text: string): ModelEvent => ({
      kind: 'delta',
      index,
      delta: { kind: 'arguments', text },
    });
    const events = [start, open(0), args(0, '{"a"'), open(1), args(1, '{}'), args(0, ':1}')];
    const closed: ModelEvent[] = [1, 0].map((index) => ({ kind: 'block-end', index }));
    expect((foldEvents([...events, ...closed, end]) as ModelResponse).blocks).toEqual([
      { kind: 'tool-call', id: 'c0', name: 'f', arguments: '{"a":1}' },
      { kind: 'tool-call', id: 'c1', name: 'f', arguments: '{}' },
    ]);
  });

  test('keeps what is told of a block at its beginning and at its end', () => {
    const residue = (value: object) => ({ dialect: 'openai-responses' as const, value: { ...value } });
    const events: ModelEvent[] = [
      start,
      {
        kind: 'block-start',
        index: 0,
        block: { kind: 'text' },
        residue: residue({ id: 'x', status: 'open' }),
      },
      { kind: 'delta', index: 0, delta: { kind: 'text', text: 'A' } },
      { kind: 'block-end', index: 0, residue: residue({ status: 'done' }) },
      {
        kind: 'block-start',
        index: 1,
        block: { kind: 'whole', block: { kind: 'opaque', dialect: 'openai-responses', value: {} } },
      },
      { kind: 'block-end', index: 1, residue: residue({ status: 'done' }) },
      end,
    ];
    expect((foldEvents(events) as ModelResponse).blocks).toMatchObject([
      { residue: { value: { id: 'x', status: 'done' } } },
      { residue: { value: { status: 'done' } } },
    ]);
  });

  test('takes as many log-probs as a long answer has', () => {
    const logprobs = Array.from({ length: 200_000 }, () => ({
      token: 'a',
      logprob: 0,
      bytes: null,
      top: [],
    }));
    const events: ModelEvent[] = [
      start,
      { kind: 'block-start', index: 0, block: { kind: 'text' } },
      { kind: 'delta', index: 0, delta: { kind: 'text', text: 'A', logprobs } },
      { kind: 'block-end', index: 0 },
      end,
    ];
    const [text] = (foldEvents(events) as ModelResponse).blocks;
    expect(text?.kind === 'text' && text.logprobs?.length).toBe(200_000);
  });
});
