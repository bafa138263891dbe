/** What a client asks of a model, in nobody's format: each client writes it in its own. */
export interface Ask {
  readonly system?: string;
  readonly turns: readonly AskTurn[];
  readonly tools?: readonly AskTool[];
  readonly toolChoice?: AskChoice;
  /** The answer shall be JSON of this schema. */
  readonly output?: { readonly name: string; readonly schema: JsonSchema };
  /** The model shall think and show what it thinks. */
  readonly thinks?: boolean;
  readonly maxTokens: number;
}

export type AskTurn =
  | { readonly role: 'user'; readonly parts: readonly AskPart[] }
  | { readonly role: 'assistant'; readonly text?: string; readonly calls?: readonly AskCall[] };

export type AskPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'image'; readonly mediaType: 'image/png'; readonly base64: string }
  | { readonly kind: 'result'; readonly id: string; readonly text: string };

export interface AskCall {
  readonly id: string;
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface JsonSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required: readonly string[];
  readonly additionalProperties: false;
}

export interface AskTool {
  readonly name: string;
  readonly description: string;
  readonly schema: JsonSchema;
}

export type AskChoice = { readonly kind: 'required' } | { readonly kind: 'tool'; readonly name: string };
