import type { ModelEvent } from '../form/events.ts';
import type { Fault } from '../form/fault.ts';
import type { Json } from '../form/json.ts';
import type { ModelError } from '../form/model-error.ts';
import type { ModelRequest } from '../form/request.ts';
import type { ModelResponse } from '../form/response.ts';

/** The formats that clients speak to us. */
export type ClientDialectName = 'openai-chat' | 'openai-responses' | 'anthropic-messages';

/** What an encoder of answers needs besides the answer. */
export interface AnswerContext {
  readonly request: ModelRequest;
  /** The model as the client named it: what an answer names where the provider names none. */
  readonly model: string;
  /** A fresh id: the prefix and 24 random characters (`chatcmpl-…`, `msg_…`). */
  newId(prefix: string): string;
  /** Seconds since 1970. */
  readonly now: number;
}

/** Writes one answer's events. One call, one whole server-sent event or several, or nothing. */
export interface StreamEncoder {
  /** Server-sent text, ended by its blank line; empty when the event writes nothing. Takes events as the grammar allows. */
  write(event: ModelEvent): string;
}

/** A format that clients speak: their requests in, our answers out. */
export interface ClientDialect {
  readonly name: ClientDialectName;
  /** @param body a JSON object of unknown shape: whatever is wrong with it is named, with its place. */
  decodeRequest(body: Json): ModelRequest | Fault;
  encodeResponse(response: ModelResponse, context: AnswerContext): Json;
  encodeStream(context: AnswerContext): StreamEncoder;
  /** `status` is what the client's SDK expects of the class. */
  encodeError(
    error: ModelError,
    context: Pick<AnswerContext, 'newId'>,
  ): { readonly status: number; readonly body: Json };
  /** Sent while a provider is silent: what the format's official parsers skip. */
  readonly keepAlive: string;
}
