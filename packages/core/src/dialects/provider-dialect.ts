import type { ModelEvent } from '../form/events.ts';
import type { Fault } from '../form/fault.ts';
import type { Json } from '../form/json.ts';
import type { ModelError } from '../form/model-error.ts';
import type { ParameterTable } from '../form/parameter-table.ts';
import type { DialectName } from '../form/provenance.ts';
import type { ModelRequest } from '../form/request.ts';
import type { ModelResponse } from '../form/response.ts';
import type { WireNames } from '../form/wire-names.ts';
import type { HeaderMap } from '../http/header-map.ts';
import type { AwsFrame } from '../streaming/aws-event-stream.ts';
import type { SseEvent } from '../streaming/sse.ts';

/** Who is asked. */
export interface TargetModel {
  /** The provider's slug and name, for what depends on it and for messages. */
  readonly provider: { readonly slug: string; readonly name: string };
  /** As the provider knows it. */
  readonly model: string;
}

/** A request in a provider's own format, addressed as on the provider's native endpoint. */
export interface EncodedRequest {
  /** After `/v1/{A}/{G}/{provider}/`: no leading slash, segments percent-encoded. */
  readonly path: string;
  /** Without the question mark; empty for none. */
  readonly query: string;
  /** Beside `content-type: application/json`, lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Json;
  /** In the client's words (see `narrow`). */
  readonly dropped: readonly string[];
  /** To read the answer with. */
  readonly names: WireNames;
  /** Structured output was asked for through a tool of this name: its arguments are the answer's text. */
  readonly outputTool?: string;
}

export interface DecodeContext {
  readonly request: ModelRequest;
  readonly target: TargetModel;
  readonly names: WireNames;
  readonly outputTool?: string;
  /** A fresh id: the prefix and 24 random characters. For calls to which the provider gave none. */
  newId(prefix: string): string;
  /** The answer's headers: request ids, error types. */
  readonly headers: HeaderMap;
}

/** One unit of a provider's stream. */
export type Frame =
  | ({ readonly kind: 'sse' } & SseEvent)
  | ({ readonly kind: 'aws' } & AwsFrame)
  /** One line of newline-delimited JSON. */
  | { readonly kind: 'line'; readonly text: string };

/**
 * Reads one answer's frames. The events follow the grammar of `ModelEvent`, whatever the provider sends: after `end` or
 * `failed` nothing comes. Never throws.
 */
export interface StreamDecoder {
  push(frame: Frame): readonly ModelEvent[];
  /** The provider closed in order. Whatever is still open is brought to an end, or `failed` when the end was missing. */
  end(): readonly ModelEvent[];
}

/** A format that providers speak: our requests out, their answers in. */
export interface ProviderDialect {
  readonly name: DialectName;
  readonly framing: 'sse' | 'aws-event-stream' | 'lines';
  /** What it does with each parameter, where one table says it for every request: for the documentation. */
  readonly parameters?: ParameterTable;
  encodeRequest(request: ModelRequest, target: TargetModel): EncodedRequest | Fault;
  /** @param body the parsed body of a 2xx answer; an error in it is told apart. */
  decodeResponse(body: Json, context: DecodeContext): ModelResponse | ModelError;
  decodeStream(context: DecodeContext): StreamDecoder;
  /** @param text the body of an answer that is no success, whatever it is. */
  decodeError(answer: {
    readonly status: number;
    readonly headers: HeaderMap;
    readonly text: string;
  }): ModelError;
}
