import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ToolCallBlock, ToolResultBlock } from './blocks.ts';
import { isFault } from './fault.ts';
import { type Message, splitSystem } from './request.ts';
import { pairCalls, strictTurns, type Turn } from './turns.ts';

const text = (said: string) => ({ kind: 'text' as const, text: said });
const user = (...content: Turn['content']) => ({ role: 'user', content }) as Turn;
const assistant = (...content: Turn['content']) => ({ role: 'assistant', content }) as Turn;
const call = (id: string, name = 'f'): ToolCallBlock => ({ kind: 'tool-call', id, name, arguments: '{}' });
const result = (callId: string): ToolResultBlock => ({
  kind: 'tool-result',
  callId,
  content: [text(`of ${callId}`)],
  isError: false,
});
const interrupted = (callId: string, name = 'f'): ToolResultBlock => ({
  kind: 'tool-result',
  callId,
  name,
  content: [text('The call was interrupted and has no result.')],
  isError: true,
});

describe('strict turns', () => {
  test('join neighbours of one role and leave empty ones out', () => {
    const messages: Message[] = [
      user(text('a')),
      user(),
      assistant(),
      user(text('b')),
      assistant(text('c')),
      assistant(text('d')),
    ];
    expect(strictTurns(messages)).toEqual([user(text('a'), text('b')), assistant(text('c'), text('d'))]);
  });

  test('say a system text in the middle as the user, in its place', () => {
    const messages: Message[] = [
      user(text('a')),
      assistant(text('b')),
      { role: 'system', content: [text('c')] },
      user(text('d')),
    ];
    expect(strictTurns(messages)).toEqual([
      user(text('a')),
      assistant(text('b')),
      user(text('c'), text('d')),
    ]);
  });

  test('alternate, keep every block and its order', () => {
    const message = fc.record({
      role: fc.constantFrom('user' as const, 'assistant' as const, 'system' as const),
      content: fc.array(fc.string().map(text), { maxLength: 2 }),
    });
    fc.assert(
      fc.property(fc.array(message), (messages) => {
        const turns = strictTurns(messages);
        expect(turns.flatMap((turn) => turn.content as unknown[])).toEqual(
          messages.flatMap(({ content }) => content),
        );
        for (const [at, turn] of turns.entries()) expect(turn.role).not.toBe(turns[at - 1]?.role);
      }),
    );
  });
});

describe('the system prompt', () => {
  test('is the leading system texts; later ones stay in place', () => {
    const system = (said: string): Message => ({ role: 'system', content: [text(said)] });
    const messages = [system('a'), system('b'), user(text('c')), system('d')];
    expect(splitSystem(messages)).toEqual({
      system: [text('a'), text('b')],
      turns: [user(text('c')), system('d')],
    });
    expect(splitSystem([system('a')])).toEqual({ system: [text('a')], turns: [] });
    expect(splitSystem([])).toEqual({ system: [], turns: [] });
  });
});

describe('calls and their results', () => {
  test('stand in one user turn, first, in the order of the calls, with their names', () => {
    const turns = [
      user(text('go')),
      assistant(text('well'), call('a', 'f'), call('b', 'g')),
      user(text('and'), result('b'), result('a')),
    ];
    expect(pairCalls(turns)).toEqual([
      turns[0],
      turns[1],
      user({ ...result('a'), name: 'f' }, { ...result('b'), name: 'g' }, text('and')),
    ]);
  });

  test('a call without a result was interrupted, wherever it stands', () => {
    expect(pairCalls([assistant(call('a'), call('b', 'g')), user(result('a'))])).toEqual([
      assistant(call('a'), call('b', 'g')),
      user({ ...result('a'), name: 'f' }, interrupted('b', 'g')),
    ]);
    expect(pairCalls([assistant(call('a')), user(text('never mind'))])).toEqual([
      assistant(call('a')),
      user(interrupted('a'), text('never mind')),
    ]);
    expect(pairCalls([assistant(call('a'))])).toEqual([assistant(call('a')), user(interrupted('a'))]);
    expect(pairCalls([assistant(call('a')), assistant(text('b'))])).toEqual([
      assistant(call('a')),
      user(interrupted('a')),
      assistant(text('b')),
    ]);
  });

  test.each<[what: string, turns: Turn[], words: RegExp]>([
    ['a result without its call', [user(result('x'))], /"x".*does not make/],
    [
      'a result of an earlier turn',
      [assistant(call('a')), user(result('a')), assistant(text('b')), user(result('a'))],
      /"a".*does not make/,
    ],
    [
      'two results of one call',
      [assistant(call('a')), user(result('a'), result('a'))],
      /Two tool results.*"a"/,
    ],
    ['two calls with one id', [assistant(call('a'), call('a'))], /Two tool calls.*"a"/],
    [
      'an id that is used again later',
      [assistant(call('a')), user(result('a')), assistant(call('a'))],
      /Two tool calls.*"a"/,
    ],
  ])('%s is refused', (_what, turns, words) => {
    const paired = pairCalls(turns);
    expect(isFault(paired) && paired.message).toMatch(words);
  });

  test('a hostile id is shown cut', () => {
    const paired = pairCalls([user(result('x'.repeat(1000)))]);
    expect(isFault(paired) && paired.message.length).toBeLessThan(200);
  });

  test('every call of what is paired has its result in the next turn', () => {
    const turn = fc.oneof(
      fc.uniqueArray(fc.nat(3), { maxLength: 3 }).map((ids) => ({ role: 'assistant' as const, ids })),
      fc.uniqueArray(fc.nat(3), { maxLength: 3 }).map((ids) => ({ role: 'user' as const, ids })),
    );
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 6 }), (given) => {
        let made: string[] = [];
        const turns = given.map(({ role, ids }, at): Turn => {
          if (role === 'user')
            return user(
              ...ids
                .map((id) => made[id])
                .filter((id) => id !== undefined)
                .map(result),
            );
          made = ids.map((id) => `${at}_${id}`);
          return assistant(...made.map((id) => call(id)));
        });
        const paired = pairCalls(strictTurns(turns));
        if (isFault(paired)) return;
        for (const [at, { role, content }] of paired.entries()) {
          if (role !== 'assistant') continue;
          const ids = content.flatMap((block) => (block.kind === 'tool-call' ? [block.id] : []));
          const answered = (paired[at + 1]?.content ?? []).slice(0, ids.length);
          expect(answered.map((block) => (block.kind === 'tool-result' ? block.callId : null))).toEqual(ids);
        }
      }),
    );
  });
});
