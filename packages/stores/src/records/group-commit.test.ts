import { describe, expect, it } from '@jest/globals';
import { GroupCommit } from './group-commit.ts';

interface Entry {
  readonly name: string;
  readonly bytes: number;
}

const LIMITS = { entries: 3, bytes: 100, linger: 20 };

/** Calls that end when the test says so. */
function recorded(options: { readonly expectMore?: boolean; readonly linger?: number } = {}) {
  const calls: { readonly names: string[]; readonly end: () => void }[] = [];
  const state = { expectMore: options.expectMore ?? false };
  const group = new GroupCommit<Entry, string>({
    limits: { ...LIMITS, linger: options.linger ?? LIMITS.linger },
    expectMore: () => state.expectMore,
    commit: (entries) => {
      const { promise, resolve } = Promise.withResolvers<string[]>();
      calls.push({
        names: entries.map(({ name }) => name),
        end: () => resolve(entries.map(({ name }) => `sent ${name}`)),
      });
      return promise;
    },
  });
  return { calls, state, send: (name: string, bytes = 1) => group.send({ name, bytes }) };
}

const FOREVER = 60_000;

describe('a group commit', () => {
  it('sends a lone entry at once', async () => {
    const { calls, send } = recorded({ linger: FOREVER });
    const sent = send('a');
    expect(calls.map(({ names }) => names)).toEqual([['a']]);
    calls[0]?.end();
    expect(await sent).toBe('sent a');
  });

  it('gathers while a call is in flight and sends the rest together when it returns', async () => {
    const { calls, send } = recorded({ linger: FOREVER });
    const sent = [send('a'), send('b'), send('c')];
    expect(calls.map(({ names }) => names)).toEqual([['a']]);
    calls[0]?.end();
    await sent[0];
    expect(calls.map(({ names }) => names)).toEqual([['a'], ['b', 'c']]);
    calls[1]?.end();
    expect(await Promise.all(sent)).toEqual(['sent a', 'sent b', 'sent c']);
  });

  it('sends a full group beside the calls in flight', () => {
    const { calls, send } = recorded({ linger: FOREVER });
    for (const name of ['a', 'b', 'c', 'd', 'e']) void send(name);
    expect(calls.map(({ names }) => names)).toEqual([['a'], ['b', 'c', 'd']]);
    for (const call of calls) call.end();
  });

  it('waits for company when more is expected, but not longer than the linger', async () => {
    const { calls, send } = recorded({ expectMore: true });
    const sent = [send('a'), send('b')];
    expect(calls).toHaveLength(0);
    await new Promise((resolve) => setTimeout(resolve, 3 * LIMITS.linger));
    expect(calls.map(({ names }) => names)).toEqual([['a', 'b']]);
    calls[0]?.end();
    await Promise.all(sent);
  });

  it('does not make an entry wait longer than the linger for a slow call', async () => {
    const { calls, send } = recorded();
    void send('slow');
    void send('b');
    await new Promise((resolve) => setTimeout(resolve, 3 * LIMITS.linger));
    expect(calls.map(({ names }) => names)).toEqual([['slow'], ['b']]);
    for (const call of calls) call.end();
  });

  it('sends at once what was waiting when the last open request puts its entry', () => {
    const { calls, state, send } = recorded({ expectMore: true, linger: FOREVER });
    void send('a');
    state.expectMore = false;
    void send('b');
    expect(calls.map(({ names }) => names)).toEqual([['a', 'b']]);
    calls[0]?.end();
  });

  it('never lets a group grow past the limit of bytes', async () => {
    const { calls, state, send } = recorded({ expectMore: true, linger: FOREVER });
    const first = [send('a', 60), send('b', 40)];
    void send('c', 1);
    expect(calls.map(({ names }) => names)).toEqual([['a', 'b']]);
    state.expectMore = false;
    calls[0]?.end();
    await Promise.all(first);
    expect(calls.map(({ names }) => names)).toEqual([['a', 'b'], ['c']]);
  });

  it('fails every entry of a call that breaks its promise', async () => {
    const group = new GroupCommit<Entry, string>({
      limits: LIMITS,
      expectMore: () => false,
      commit: async () => [],
    });
    await expect(group.send({ name: 'a', bytes: 1 })).rejects.toThrow('without a verdict');
  });
});
