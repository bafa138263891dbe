import type { Heard } from './heard.ts';
import type { Refused } from './request-reader.ts';
import type { Problem, Script } from './script.ts';

/** A request as it came, addressed as at the provider. */
export interface WireRequest {
  /** After the provider's base URL: starts with a slash, no query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: unknown;
}

export interface WireError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * A provider's format, written from the provider's documentation and from recordings, and on purpose without any code
 * of the gateway: what speaks and what listens must not share a mistake.
 */
export interface Wire {
  readonly name: WireName;
  /** What the format has no words for, and why: nobody can read it from an answer. */
  readonly limits: Limits;
  /** Reads a request as strictly as the provider. @throws {Refused} */
  hear(request: WireRequest): Heard;
  whole(script: Script, heard: Heard): WholeAnswer;
  stream(script: Script, heard: Heard): StreamedAnswer;
  /** An error in place of an answer. */
  error(problem: Problem | Refused): WireError;
}

export type Unsayable =
  | 'reasoning'
  | 'reasoning-count'
  | 'refusal'
  | 'blocked'
  | 'cached'
  /** What kind of problem ended a stream. */
  | 'problem-kind'
  | 'max-tokens'
  | 'stream-usage';
export type Limits = Readonly<Partial<Record<Unsayable, string>>>;

export type WireName =
  | 'openai-chat'
  | 'openai-responses'
  | 'anthropic-messages'
  | 'gemini'
  | 'converse'
  | 'invoke'
  | 'cohere'
  | 'workers-ai';

export interface WholeAnswer {
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface StreamedAnswer {
  readonly contentType: string;
  /** Each one event as it goes over the wire. */
  readonly events: readonly (string | Uint8Array)[];
  /** How many of `events` bring the first words of the model. */
  readonly firstWords: number;
  /** What the provider writes when it fails in the middle. */
  failure(problem: Problem): readonly (string | Uint8Array)[];
}

export const JSON_HEADERS = { 'content-type': 'application/json' } as const;

/** Server-sent events, each under its name or under none. */
export const sse = (data: unknown, event?: string): string =>
  `${event === undefined ? '' : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`;

/** A wire's stream in the making: remembers after which event the model has said something. */
export class Telling {
  readonly events: (string | Uint8Array)[] = [];
  #firstWords: number | null = null;

  tell(...events: readonly (string | Uint8Array)[]): void {
    this.events.push(...events);
  }

  /** Of what the model says itself. */
  say(...events: readonly (string | Uint8Array)[]): void {
    this.tell(...events);
    this.#firstWords ??= this.events.length;
  }

  get firstWords(): number {
    return this.#firstWords ?? this.events.length;
  }
}
