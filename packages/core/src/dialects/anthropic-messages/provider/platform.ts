import type { Json } from '../../../form/json.ts';

/** Where Claude is served: what differs between Anthropic's own API and the clouds that offer it (spec/providers 8.4). */
export interface Platform {
  readonly framing: 'sse' | 'aws-event-stream';
  path(model: string, streams: boolean): string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Written first into every body. */
  readonly body: Json;
  /** The body names the model; else the path does. */
  readonly namesModel: boolean;
  /** The body says `stream`; else the path does. */
  readonly saysStream: boolean;
  readonly hasServiceTiers: boolean;
  /** It fetches images and documents by their URL. */
  readonly fetches: boolean;
  /** Members of a tool that it refuses. */
  readonly refusedInTools: readonly string[];
  /** Anthropic's own tools that run there, by the beginning of their type. */
  readonly serverTools: RegExp;
}

export const ANTHROPIC: Platform = {
  framing: 'sse',
  path: () => 'v1/messages',
  headers: [['anthropic-version', '2023-06-01']],
  body: {},
  namesModel: true,
  saysStream: true,
  hasServiceTiers: true,
  fetches: true,
  refusedInTools: [],
  serverTools: /./,
};

/** @param pathOf the native path of an operation on a model: the provider knows its regions. */
export const bedrock = (pathOf: (model: string, operation: string) => string): Platform => ({
  framing: 'aws-event-stream',
  path: (model, streams) => pathOf(model, streams ? 'invoke-with-response-stream' : 'invoke'),
  headers: [],
  body: { anthropic_version: 'bedrock-2023-05-31' },
  namesModel: false,
  saysStream: false,
  hasServiceTiers: false,
  fetches: false,
  refusedInTools: ['eager_input_streaming', 'defer_loading', 'allowed_callers', 'input_examples'],
  serverTools: /^(?:bash|text_editor|computer|memory)_/,
});

/** @param pathOf the native path of a verb on a model: the provider knows its projects and locations. */
export const vertex = (pathOf: (model: string, verb: string) => string): Platform => ({
  framing: 'sse',
  path: (model, streams) => pathOf(model, streams ? 'streamRawPredict' : 'rawPredict'),
  headers: [],
  body: { anthropic_version: 'vertex-2023-10-16' },
  namesModel: false,
  saysStream: true,
  hasServiceTiers: false,
  fetches: false,
  refusedInTools: ['eager_input_streaming', 'defer_loading', 'allowed_callers', 'input_examples'],
  serverTools: /^(?:bash|text_editor|computer|memory|web_search)_/,
});
