import fc from 'fast-check';
import type { AssistantBlock } from '../blocks.ts';
import type { Json } from '../json.ts';
import type { Residue } from '../provenance.ts';
import type { ModelResponse } from '../response.ts';
import { type ModelUsage, NO_USAGE } from '../usage.ts';

/** Objects without members that are undefined, as decoders make them. */
const compact = <Value extends object>(value: Value): Value =>
  Object.fromEntries(Object.entries(value).filter(([, it]) => it !== undefined)) as Value;

const optional = <Value>(given: fc.Arbitrary<Value>) => fc.option(given, { nil: undefined });
const json: fc.Arbitrary<Json> = fc.dictionary(
  fc.string({ minLength: 1 }).filter((key) => key !== '__proto__'),
  fc.jsonValue({ maxDepth: 1 }),
  { maxKeys: 2 },
);
const residue: fc.Arbitrary<Residue | undefined> = optional(
  fc.record({ dialect: fc.constant('gemini' as const), value: json }),
);
const proof = optional(
  fc.record({
    family: fc.constantFrom('anthropic' as const, 'google' as const, 'openai' as const),
    kind: fc.constantFrom('signature' as const, 'encrypted' as const, 'redacted' as const),
    value: fc.string(),
  }),
);
const offset = fc.option(fc.nat(100));
const citation = fc.record({
  start: offset,
  end: offset,
  url: fc.option(fc.webUrl()),
  title: fc.option(fc.string()),
  quote: fc.option(fc.string()),
  residue: fc.record({ dialect: fc.constant('cohere' as const), value: json }),
});
const logprob = fc.record({
  token: fc.string(),
  logprob: fc.double({ noNaN: true, min: -10, max: 0 }),
  bytes: fc.constant(null),
  top: fc.constant([]),
});
const some = <Value>(one: fc.Arbitrary<Value>) => optional(fc.array(one, { minLength: 1, maxLength: 3 }));
const source = fc.record({
  kind: fc.constant('data' as const),
  mediaType: fc.constant('image/png'),
  data: fc.base64String(),
});

const block: fc.Arbitrary<AssistantBlock> = fc
  .oneof(
    fc.record({
      kind: fc.constant('text' as const),
      text: fc.string(),
      citations: some(citation),
      logprobs: some(logprob),
      residue,
    }),
    fc.record({ kind: fc.constant('reasoning' as const), text: fc.string(), proof, residue }),
    fc.record({ kind: fc.constant('refusal' as const), text: fc.string(), residue }),
    fc.record({
      kind: fc.constant('tool-call' as const),
      id: fc.uuid(),
      name: fc.string({ minLength: 1 }),
      arguments: json.map((value) => JSON.stringify(value)),
      custom: optional(fc.boolean()),
      proof,
      residue,
    }),
    fc.record({ kind: fc.constant('image' as const), source, residue }),
    fc.record({ kind: fc.constant('audio' as const), source, transcript: optional(fc.string()), residue }),
    fc.record({ kind: fc.constant('file' as const), source, name: optional(fc.string()) }),
    fc.record({
      kind: fc.constant('opaque' as const),
      dialect: fc.constant('anthropic-messages' as const),
      value: json,
    }),
  )
  .map((made) => compact(made) as AssistantBlock);

const REASONS = ['stop', 'tool-calls', 'length', 'refusal', 'blocked-prompt', 'paused', 'other'] as const;

const count = fc.nat(10_000);
const anyUsage: fc.Arbitrary<ModelUsage> = fc
  .record({ input: count, cacheRead: count, cacheWrite: count, output: count, reasoning: count })
  .map((counts) => ({ ...NO_USAGE, ...counts }));

/** Any whole answer that a decoder may give. */
export const anyAnswer: fc.Arbitrary<ModelResponse> = fc
  .record({
    id: fc.option(fc.uuid()),
    model: fc.option(fc.string()),
    created: fc.option(fc.nat()),
    blocks: fc.array(block, { maxLength: 5 }),
    finish: fc
      .record({
        reason: fc.constantFrom(...REASONS),
        raw: fc.option(fc.string()),
        explanation: optional(fc.string()),
      })
      .map(compact),
    usage: fc.option(anyUsage),
    residue,
  })
  .map((made) => compact(made) as ModelResponse);
