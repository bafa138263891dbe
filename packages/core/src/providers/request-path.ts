import type { ProviderDescriptor } from './descriptor.ts';

export interface PathFacts {
  /** Null: the path does not name a model. */
  readonly model: string | null;
  /** The endpoint always streams. */
  readonly stream: boolean;
}

/** Gemini's `:streamGenerateContent`, Vertex's `:streamRawPredict`, Bedrock's `converse-stream` and `invoke-with-…`. */
const STREAMS = /(?::stream(?:GenerateContent|RawPredict)|\/converse-stream|\/invoke-with-response-stream)$/;
const CHAT = /(?:^|\/)(?:chat\/)?completions$/;
/** Anthropic's and OpenAI's, Google's, Bedrock's and Vertex's for Claude, Cohere's and xAI's. All of them are free. */
const COUNTS =
  /^[^?#]*\/(?:count_tokens|input_tokens|count-tokens(?::rawPredict)?|tokenize(?:-text)?|[^/?#]*:(?:count|compute)Tokens)(?:\?|$)/;

/** What a native path says about the request, for the providers that name the model there (spec/providers 1). */
export function readPath(provider: ProviderDescriptor, path: string): PathFacts {
  const named = provider.modelInPath?.exec(path)?.[1];
  return { model: named === undefined ? null : decode(named), stream: STREAMS.test(path) };
}

/** Whether a native request is one of those whose stream reports usage only when asked, and may be asked. */
export const needsUsageAsked = (provider: ProviderDescriptor, path: string) =>
  provider.streamUsage === 'on-request' && CHAT.test(path);

/**
 * Whether a call makes a model write something. What is fetched or deleted was written by an earlier request, and whoever
 * asks how many tokens a request has gets a number that looks like usage, for free.
 */
export const isProduced = ({ method, url }: { readonly method: string; readonly url: string }): boolean =>
  method === 'POST' && !COUNTS.test(url);

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // A malformed escape is part of a name that the provider will refuse; the record shows it as it was sent.
    return segment;
  }
}
