import type { ModelEvent } from '../../../../form/events.ts';
import { foldEvents } from '../../../../form/fold-events.ts';
import type { ModelError } from '../../../../form/model-error.ts';
import type { ModelRequest } from '../../../../form/request.ts';
import type { ModelResponse } from '../../../../form/response.ts';
import { grammarFaults } from '../../../../form/stream-grammar.ts';
import { inputTotal, type ModelUsage, outputTotal } from '../../../../form/usage.ts';
import { SAME_NAMES, type WireNames } from '../../../../form/wire-names.ts';
import { headerMap } from '../../../../http/header-map.ts';
import { readSse, type SseEvent } from '../../../../streaming/sse.ts';
import type { DecodeContext, ProviderDialect } from '../../../provider-dialect.ts';
import { chatDialect, OPENAI_COMPATIBLE } from '../index.ts';

export const request = (given: Partial<ModelRequest> = {}): ModelRequest => ({
  messages: [{ role: 'user', content: [{ kind: 'text', text: 'Hello' }] }],
  tools: [],
  parameters: {},
  stream: false,
  includeUsage: false,
  unknown: {},
  source: { dialect: 'anthropic-messages', body: {}, names: {} },
  ...given,
});

export function decodeContext(
  given: { readonly request?: ModelRequest; readonly names?: WireNames } = {},
): DecodeContext {
  let ids = 0;
  return {
    request: given.request ?? request(),
    target: { provider: { slug: 'test', name: 'Test' }, model: 'some-model' },
    names: given.names ?? SAME_NAMES,
    newId: (prefix) => `${prefix}${++ids}`,
    headers: headerMap([]),
  };
}

export const COMPATIBLE = chatDialect(OPENAI_COMPATIBLE);

/** All events of a stream; the grammar is held on the way. */
export function eventsOf(
  frames: readonly SseEvent[],
  dialect: ProviderDialect = COMPATIBLE,
  context: DecodeContext = decodeContext(),
): ModelEvent[] {
  const decoder = dialect.decodeStream(context);
  const events = frames.flatMap((frame) => decoder.push({ kind: 'sse', ...frame }));
  const all = [...events, ...decoder.end()];
  const faults = grammarFaults(all);
  if (faults.length > 0) throw new Error(faults.join('; '));
  return all;
}

/** Events of chunks that came in order, with `[DONE]` behind them. */
export const eventsOfChunks = (
  chunks: readonly unknown[],
  dialect: ProviderDialect = COMPATIBLE,
  context: DecodeContext = decodeContext(),
): ModelEvent[] =>
  eventsOf([...chunks.map((chunk) => ({ name: '', data: JSON.stringify(chunk) })), DONE], dialect, context);

export const DONE: SseEvent = { name: '', data: '[DONE]' };

export const delta = (fields: unknown, rest: object = {}) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta: fields, finish_reason: null, ...rest }],
});
export const finish = (reason: string) => delta({}, { finish_reason: reason });

export const foldBytes = (bytes: Uint8Array, dialect: ProviderDialect, context?: DecodeContext) =>
  foldEvents(eventsOf(readSse(bytes), dialect, context));

/** An answer in few words: blocks as text, calls as name and arguments, totals of its tokens. */
export function inBrief(answer: ModelResponse | ModelError): unknown {
  if ('class' in answer) return { failed: answer.class, message: answer.message };
  return {
    blocks: answer.blocks.map((block) => {
      switch (block.kind) {
        case 'text':
        case 'refusal':
        case 'reasoning':
          return [block.kind, block.text];
        case 'tool-call':
          return [block.kind, block.id, block.name, block.arguments];
        default:
          return [block.kind];
      }
    }),
    finish: [answer.finish.reason, answer.finish.raw],
    usage: answer.usage && counts(answer.usage),
  };
}

/** Input, of it from the cache; output, of it reasoning. */
export const counts = (usage: ModelUsage) => [
  inputTotal(usage),
  usage.cacheRead,
  outputTotal(usage),
  usage.reasoning,
];
