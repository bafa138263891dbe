import type { Fault } from '../../../form/fault.ts';
import type { ParameterTable } from '../../../form/parameter-table.ts';
import type { Effort } from '../../../form/request.ts';

/** Where a model is asked, and what the body calls it. */
export interface ChatAddress {
  /** Of the provider's native endpoint: no leading slash. */
  readonly path: string;
  readonly model: string;
}

/** An effort in a provider's word; null: the provider cannot be told, so its own default holds. */
export type EffortWords = Readonly<Record<Effort, string | null>>;

/** How a request for thoughts is written. Where the parameter table drops `reasoning`, nothing is. */
export type ReasoningRequest =
  /** `reasoning_effort`. */
  | { readonly kind: 'effort'; readonly words: EffortWords }
  /** `thinking{type}` and `reasoning_effort` (DeepSeek). */
  | { readonly kind: 'thinking'; readonly words: EffortWords }
  /** `reasoning{effort|max_tokens,exclude}` (OpenRouter). */
  | { readonly kind: 'object' }
  /** `reasoning_effort: none`, and no other word: the model thinks as much as it likes or not at all. */
  | { readonly kind: 'off-only' };

/**
 * How thoughts of earlier turns are sent back (spec/providers 2.9). `none`: they are left out.
 * `required`: an assistant turn with calls must have the field, even empty.
 */
export type ReasoningReplay =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'field';
      readonly name: 'reasoning' | 'reasoning_content';
      readonly required?: true;
    }
  /** `reasoning_details[]` (OpenRouter). */
  | { readonly kind: 'details' }
  /** `thinking` parts in the content (Mistral). */
  | { readonly kind: 'parts' };

/** Which documents a user message may hold beside plain text, which goes as text everywhere. */
export type FileParts =
  /** `file{file_data|file_id,filename}`. */
  | 'file'
  /** The same, and a URL in `file_data` (OpenRouter). */
  | 'file-or-url'
  /** `document_url` (Mistral). */
  | 'document-url'
  /** `file_url{url}`, which takes plain base64 too (Perplexity). */
  | 'file-url'
  | 'none';

/**
 * In what one provider, or one family of its models, differs from the chat format (spec/providers 4.1 and 12): data, so
 * that a provider is a table to read and not code (`common-ground.ts` has what they start from).
 */
export interface ChatDeviations {
  readonly address: (model: string) => ChatAddress | Fault;
  readonly parameters: ParameterTable;
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
  readonly seedField: 'seed' | 'random_seed';
  /** How many stop strings are taken; null: any number. */
  readonly maxStop: number | null;
  /** Who speaks the leading instructions. `user`: the model knows neither word. */
  readonly systemRole: 'system' | 'developer' | 'user';
  /** Instructions in the middle: as what they are, or as a user's text in place (chat templates refuse them there). */
  readonly laterSystem: 'in-place' | 'user';
  /** User and assistant must alternate strictly. */
  readonly alternates: boolean;
  /** What stands for the content of an assistant message of calls alone. */
  readonly emptyContent: null | '';
  /** `refusal` on an assistant message, or its words as content. */
  readonly refusalField: boolean;
  /** `tool` messages carry the tool's name. */
  readonly namesToolMessages: boolean;
  /** An assistant message must stand between `tool` and `user` messages. */
  readonly bridgesToolToUser: boolean;
  /** A trailing assistant message is marked as the answer's beginning. */
  readonly prefixField: boolean;
  readonly callIds: 'any' | 'nine-alphanumerics';
  /** Function calling at all. */
  readonly tools: boolean;
  /** Tools of free text; `emulated`: a function with one text. */
  readonly customTools: 'native' | 'emulated';
  readonly strictTools: boolean;
  readonly requiredWord: 'required' | 'any';
  /** `allowed_tools`; emulated by sending only those. */
  readonly allowedTools: 'native' | 'emulated';
  /** How a web search is asked for. `always`: the model searches anyway. */
  readonly webSearch: 'web_search_options' | 'plugin' | 'always' | 'none';
  /**
   * How a schema for the answer is written. `json-object`: the schema goes into the instructions. `bare`: without name
   * and strictness (Perplexity).
   */
  readonly schemaForm: 'named' | 'bare' | 'json-object' | 'instructions';
  /** `json_object`; otherwise the instructions ask for JSON. */
  readonly jsonObject: boolean;
  /** `response_format` may stand beside tools; otherwise the instructions ask. */
  readonly formatWithTools: boolean;
  readonly reasoning: ReasoningRequest;
  /** What says whether thoughts are shown. */
  readonly reasoningShown: 'none' | 'reasoning_format' | 'include_reasoning';
  readonly replay: ReasoningReplay;
  /** Google's signatures on calls go back (`extra_content`). */
  readonly googleProofs: boolean;
  readonly images: boolean;
  readonly audio: boolean;
  readonly files: FileParts;
  /** `cache_control` on text parts. */
  readonly cacheControl: boolean;
  /** `stream_options.include_usage` is taken. */
  readonly includeUsage: boolean;
  /** Reasoning stands outside `completion_tokens`, where the total does not tell (xAI). */
  readonly reasoningOutside: boolean;
  /** The last delta may say all the thoughts again (xAI). */
  readonly repeatsReasoning: boolean;
  /** `[1]` in the text names a source of the answer's list (Perplexity). */
  readonly citationMarks: boolean;
}
