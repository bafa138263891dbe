import { describe, expect, test } from '@jest/globals';
import { callsOf, type Heard, type HeardPart, type Script, textOf } from '../simulators/index.ts';
import type { Ask } from './ask.ts';
import { FEATURES } from './features.ts';
import { misheard } from './misheard.ts';
import { misread, misreadError } from './misread.ts';
import type { Observed } from './observed.ts';

/** A table that cannot say ✗ proves nothing: what goes wrong in translation must be told. */

const featureNamed = (name: string) => {
  const feature = FEATURES.find((it) => it.name === name);
  if (!feature) throw new Error(`no feature named ${name}`);
  return feature;
};

const reading = { client: 'openai-chat', limits: {}, countsTokens: true } as const;

/** What a perfect client would have of a script. */
const perfect = (script: Script): Observed => ({
  text: textOf(script, 'text'),
  reasoning: textOf(script, 'reasoning'),
  refusal: '',
  calls: callsOf(script).map(({ id, name, pieces }) => ({ id, name, input: pieces.join('') || '{}' })),
  finish: callsOf(script).length > 0 ? 'tool-calls' : 'stop',
  usage: script.usage,
});

describe('what a client reads', () => {
  const { script } = featureNamed('parallel tools');
  const read = perfect(script);
  const [first, second] = read.calls;

  test('is right when nothing is lost', () => {
    expect(misread(script, read, reading)).toEqual([]);
  });

  test.each<[string, Partial<Observed>]>([
    ['a word', { text: read.text.slice(1) }],
    ['a call', { calls: first ? [first] : [] }],
    ['the order of calls', { calls: second && first ? [second, first] : [] }],
    ['arguments', { calls: read.calls.map((call) => ({ ...call, input: '' })) }],
    ['half of the arguments', { calls: read.calls.map((call) => ({ ...call, input: '{"city"' })) }],
    ['that a call was made', { finish: 'stop' }],
    ['the ids', { calls: read.calls.map((call) => ({ ...call, id: '' })) }],
    ['that ids differ', { calls: read.calls.map((call) => ({ ...call, id: 'same' })) }],
    ['usage', { usage: null }],
    ['tokens of the output', { usage: { ...script.usage, output: 0 } }],
  ])('is wrong without %s', (_, loss) => {
    expect(misread(script, { ...read, ...loss }, reading)).not.toEqual([]);
  });

  test('is wrong when thoughts are lost, or shown as the answer', () => {
    const thinks = featureNamed('reasoning').script;
    const right = perfect(thinks);
    expect(misread(thinks, right, reading)).toEqual([]);
    expect(misread(thinks, { ...right, reasoning: '' }, reading)).not.toEqual([]);
    expect(misread(thinks, { ...right, text: right.reasoning + right.text }, reading)).not.toEqual([]);
  });

  test('is wrong when a limit or a filter looks like an end', () => {
    for (const name of ['length stop', 'content filter']) {
      const stopped = featureNamed(name).script;
      expect(misread(stopped, { ...perfect(stopped), finish: 'stop' }, reading)).not.toEqual([]);
    }
  });

  test('is wrong when an error has another class, other words, or is an answer', () => {
    const problem = { kind: 'rate-limit', message: 'Slow down.' } as const;
    const error = {
      kind: 'error',
      status: 429,
      type: 'rate_limit_error',
      message: '429 Slow down.',
      partial: '',
    } as const;
    expect(misreadError(problem, error, 'openai-chat')).toEqual([]);
    expect(misreadError(problem, { ...error, status: 500 }, 'openai-chat')).not.toEqual([]);
    expect(misreadError(problem, { ...error, type: 'server_error' }, 'openai-chat')).not.toEqual([]);
    expect(misreadError(problem, { ...error, message: '429' }, 'openai-chat')).not.toEqual([]);
    expect(misreadError(problem, { kind: 'answer', observed: read }, 'openai-chat')).not.toEqual([]);
  });
});

describe('what a provider hears', () => {
  const { ask } = featureNamed('tool result');
  const heard = understood(ask);

  test('is right when nothing is lost', () => {
    expect(misheard(ask, heard, {})).toEqual([]);
  });

  test.each<[string, (heard: Heard) => Partial<Heard>]>([
    ['a turn', ({ turns }) => ({ turns: turns.slice(1) })],
    [
      'a result',
      ({ turns }) => ({ turns: turns.map((turn) => ({ ...turn, parts: turn.parts.slice(0, 1) })) }),
    ],
    [
      'the pairing of results',
      ({ turns }) => ({
        turns: turns.map((turn) => ({
          ...turn,
          parts: turn.parts.map((part) => (part.kind === 'result' ? { ...part, id: 'other' } : part)),
        })),
      }),
    ],
    ['a tool', ({ tools }) => ({ tools: tools.slice(1) })],
    ['a tool’s schema', ({ tools }) => ({ tools: tools.map(({ name }) => ({ name, schema: {} })) })],
    ['the limit of tokens', () => ({ maxTokens: null })],
  ])('is wrong without %s', (_, loss) => {
    expect(misheard(ask, { ...heard, ...loss(heard) }, {})).not.toEqual([]);
  });

  test('is wrong without the system prompt, the forced tool, the schema or the wish to see thoughts', () => {
    const system = featureNamed('system').ask;
    expect(misheard(system, { ...understood(system), system: [] }, {})).not.toEqual([]);
    const forced = featureNamed('forced tool').ask;
    expect(misheard(forced, { ...understood(forced), toolChoice: { kind: 'auto' } }, {})).not.toEqual([]);
    const output = featureNamed('structured output').ask;
    expect(misheard(output, { ...understood(output), format: null }, {})).not.toEqual([]);
    const thinks = featureNamed('reasoning').ask;
    expect(misheard(thinks, { ...understood(thinks), thinks: false }, {})).not.toEqual([]);
  });
});

/** What a perfect translator would make of a request. */
function understood(ask: Ask): Heard {
  return {
    model: 'm',
    stream: false,
    system: ask.system === undefined ? [] : [ask.system],
    turns: ask.turns.map((turn) =>
      turn.role === 'user'
        ? {
            role: 'user',
            parts: turn.parts.flatMap((part): HeardPart[] => {
              if (part.kind === 'text') return [part];
              return part.kind === 'result' ? [{ ...part, name: null }] : [];
            }),
          }
        : {
            role: 'assistant',
            parts: [
              ...(turn.text === undefined ? [] : [{ kind: 'text' as const, text: turn.text }]),
              ...(turn.calls ?? []).map((call) => ({ kind: 'call' as const, ...call })),
            ],
          },
    ),
    tools: (ask.tools ?? []).map(({ name, schema }) => ({ name, schema })),
    toolChoice: ask.toolChoice ?? null,
    format: ask.output ? { schema: ask.output.schema } : null,
    maxTokens: ask.maxTokens,
    temperature: null,
    stop: [],
    thinks: ask.thinks ?? false,
    wantsUsage: true,
  };
}
