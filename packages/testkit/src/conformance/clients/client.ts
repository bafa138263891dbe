import type { Ask } from '../ask.ts';
import type { Leaving, Outcome } from '../observed.ts';

export type Mode = 'whole' | 'stream';

/** Where requests go and who sends them. */
export interface Endpoint {
  /** Of the chat SDK: what `/chat/completions` is appended to. */
  readonly baseUrl: string;
  /** The provider's key, in the slot where the SDK puts its own. */
  readonly apiKey: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface AskOptions {
  readonly model: string;
  readonly mode: Mode;
  /** The stream's usage is wanted, where the format has to be asked for it. */
  readonly includeUsage: boolean;
}

/** A client's format through its official SDK: nothing of ours reads what comes back. */
export interface ConformanceClient {
  readonly name: 'openai-chat' | 'openai-responses' | 'anthropic-messages';
  readonly title: string;
  ask(endpoint: Endpoint, ask: Ask, options: AskOptions): Promise<Outcome>;
  /**
   * Asks, answers every call that the model makes, and asks again with all that the SDK gave it. The outcome is the
   * second answer's; of the first, where it is an error.
   */
  goOn(endpoint: Endpoint, ask: Ask, options: AskOptions): Promise<Outcome>;
  /** Streams and leaves after the model's first words. */
  leave(endpoint: Endpoint, ask: Ask, model: string): Promise<Leaving>;
}

/** What every call is answered with. */
export const CALL_RESULT = 'clear';

/** Requests are never sent twice and never wait long: a retry would hide a fault. */
export const SDK_OPTIONS = { maxRetries: 0, timeout: 15_000 } as const;
