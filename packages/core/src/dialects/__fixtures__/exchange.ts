import { expect } from '@jest/globals';
import type { ModelEvent } from '../../form/events.ts';
import type { Json } from '../../form/json.ts';
import type { ParameterTable } from '../../form/parameter-table.ts';
import type { ModelRequest, ParameterName, Parameters } from '../../form/request.ts';
import { grammarFaults } from '../../form/stream-grammar.ts';
import { SAME_NAMES } from '../../form/wire-names.ts';
import type { DecodeContext, EncodedRequest, ProviderDialect, TargetModel } from '../provider-dialect.ts';

/** A request as a decoder makes it, of what a test is about. */
export function asked(
  about: Partial<Omit<ModelRequest, 'source'>> & { readonly names?: ModelRequest['source']['names'] } = {},
): ModelRequest {
  const { names = {}, ...rest } = about;
  return {
    messages: [{ role: 'user', content: [{ kind: 'text', text: 'Hello' }] }],
    tools: [],
    parameters: {},
    stream: false,
    includeUsage: false,
    unknown: {},
    source: { dialect: 'openai-chat', body: {}, names },
    ...rest,
  };
}

export const withParameters = (parameters: Parameters) => asked({ parameters });

export function targetOf(slug: string, model: string): TargetModel {
  return { provider: { slug, name: slug }, model };
}

/** Fresh ids are counted, so that tests can name them. */
export function decodeContext(about: Partial<DecodeContext> = {}): DecodeContext {
  let made = 0;
  return {
    request: asked(),
    target: targetOf('test', 'model'),
    names: SAME_NAMES,
    newId(prefix) {
      made += 1;
      return `${prefix}${String(made).padStart(24, '0')}`;
    },
    headers: new Map(),
    ...about,
  };
}

/** All events of a stream with these payloads, held against the grammar. */
export function decoded(
  dialect: ProviderDialect,
  payloads: readonly (string | Json | readonly unknown[])[],
  context: DecodeContext = decodeContext(),
): readonly ModelEvent[] {
  const decoder = dialect.decodeStream(context);
  const events = payloads.flatMap((payload) => {
    const data = typeof payload === 'string' ? payload : JSON.stringify(payload);
    return decoder.push({ kind: 'sse', name: '', data });
  });
  const all = [...events, ...decoder.end()];
  expect(grammarFaults(all)).toEqual([]);
  return all;
}

/** The request as it goes out; a fault fails the test. */
export function encoded(
  dialect: ProviderDialect,
  request: ModelRequest,
  target: TargetModel,
): EncodedRequest {
  const result = dialect.encodeRequest(request, target);
  if ('kind' in result) throw new Error(result.message);
  return result;
}

/** One value of every parameter, to hold a table against what its encoder does. */
const SAMPLES: Required<Parameters> = {
  maxTokens: 100,
  temperature: 0.5,
  topP: 0.5,
  topK: 5,
  stop: ['end'],
  seed: 1,
  frequencyPenalty: 0.1,
  presencePenalty: 0.1,
  logitBias: { 1: 1 },
  candidates: 2,
  logprobs: 0,
  toolChoice: { kind: 'required' },
  parallelToolCalls: false,
  outputFormat: { kind: 'json' },
  reasoning: { effort: 'high', shown: null },
  verbosity: 'low',
  modalities: ['audio'],
  audioOutput: { voice: 'Kore' },
  prediction: { type: 'content' },
  user: 'someone',
  metadata: { a: 'b' },
  store: true,
  serviceTier: 'flex',
  promptCacheKey: 'key',
  promptCacheRetention: '24h',
  truncation: 'auto',
  maxToolCalls: 1,
};

/** Every row of a table: what is kept changes the request, what is dropped is named, what is refused is a fault. */
export function expectTable(dialect: ProviderDialect, target: TargetModel, table: ParameterTable): void {
  const tools: ModelRequest['tools'] = [{ kind: 'function', name: 'look', schema: null, strict: null }];
  for (const [key, rule] of Object.entries(table)) {
    if (key === 'cacheHints' || key === 'imageDetail') continue; // of the content: parameter-table.test.ts
    const parameters: Parameters = { [key]: SAMPLES[key as ParameterName] };
    // A choice needs tools, and a format of the answer may exclude them.
    const about = key === 'toolChoice' || key === 'parallelToolCalls' ? { tools } : {};
    const plain = encoded(dialect, asked(about), target);
    const request = asked({ ...about, parameters, names: { [key]: `its_${key}` } });
    if (rule === 'refuse') {
      expect({ key, result: dialect.encodeRequest(request, target) }).toMatchObject({
        key,
        result: { kind: 'fault', path: [`its_${key}`] },
      });
      continue;
    }
    const { body, dropped } = encoded(dialect, request, target);
    const isChanged = JSON.stringify(body) !== JSON.stringify(plain.body);
    expect({ key, isChanged, dropped }).toEqual(
      rule === 'keep'
        ? { key, isChanged: true, dropped: [] }
        : { key, isChanged: false, dropped: [`its_${key}`] },
    );
  }
}
