import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { foldEvents } from '../form/fold-events.ts';
import { grammarFaults } from '../form/stream-grammar.ts';
import { BlockWriter } from './block-writer.ts';
import { failure } from './decoding-failures.ts';

const START = { id: 'x', model: null, created: null };
const END = { finish: { reason: 'stop', raw: null } } as const;

test('texts of one kind run on, another kind is another block, and empty ones are none', () => {
  const writer = new BlockWriter();
  writer.start(START);
  writer.text('text', '');
  writer.text('reasoning', 'h');
  writer.text('reasoning', 'm');
  writer.text('text', 'so');
  writer.end(END, null);
  expect(foldEvents(writer.take())).toMatchObject({
    blocks: [
      { kind: 'reasoning', text: 'hm' },
      { kind: 'text', text: 'so' },
    ],
  });
});

test('calls may overlap, a text closes them, and one without arguments has the empty object', () => {
  const writer = new BlockWriter();
  writer.start(START);
  const first = writer.openCall({ id: 'a', name: 'a' });
  const second = writer.openCall({ id: 'b', name: 'b' });
  writer.callArguments(second, '{"x":');
  writer.callArguments(first, '');
  writer.callArguments(second, '1}');
  writer.text('text', 'done');
  writer.callArguments(first, 'too late');
  writer.end(END, null);
  const events = writer.take();
  expect(grammarFaults(events)).toEqual([]);
  expect(foldEvents(events)).toMatchObject({
    blocks: [{ arguments: '{}' }, { arguments: '{"x":1}' }, { text: 'done' }],
  });
});

test('any order of calls on it keeps the grammar', () => {
  const step = fc.constantFrom<(writer: BlockWriter) => void>(
    (it) => it.start(START),
    (it) => it.text('text', 'a'),
    (it) => it.text('reasoning', 'a'),
    (it) => it.proof({ family: 'google', kind: 'signature', value: 's' }),
    (it) =>
      it.citation({
        start: 0,
        end: 1,
        url: null,
        title: null,
        quote: null,
        residue: { dialect: 'gemini', value: {} },
      }),
    (it) => it.whole({ kind: 'tool-call', id: 'w', name: 'w', arguments: '{}' }),
    (it) => it.whole({ kind: 'text', text: 'w' }),
    (it) => void it.openCall({ id: 'c', name: 'c' }),
    (it) => it.callArguments(0, '1'),
    (it) => it.callArguments(1, '2'),
    (it) => it.closeCall(0),
    (it) => it.closeText(),
    (it) => it.closeCalls(),
    (it) => it.end(END, null),
    (it) => it.fail(failure('upstream', 'x', null, null)),
  );
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const writer = new BlockWriter();
      writer.start(START);
      for (const it of steps) it(writer);
      writer.end(END, null);
      expect(grammarFaults(writer.take())).toEqual([]);
    }),
    { numRuns: 500 },
  );
});
