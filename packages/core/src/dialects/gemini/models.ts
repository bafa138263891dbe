import type { Effort } from '../../form/request.ts';

/** How a model is told how much to think (spec/providers 2.9). */
export type Thinking =
  | { readonly kind: 'none' }
  /** In tokens; `least` also where it cannot be switched off. */
  | { readonly kind: 'budget'; readonly least: number; readonly most: number; readonly canBeOff: boolean }
  | { readonly kind: 'level'; readonly levels: readonly Level[] };
export type Level = 'minimal' | 'low' | 'medium' | 'high';

/** What one model takes. */
export interface GeminiModel {
  readonly thinking: Thinking;
  /** In tokens: what an effort is a share of when the caller names no limit. */
  readonly maxOutput: number;
  readonly takesSystem: boolean;
  readonly takesTools: boolean;
  readonly takesJson: boolean;
  /** Functions together with a JSON answer or with tools that run at Google. */
  readonly mixesTools: boolean;
  /** The fields for JSON Schema; else the OpenAPI subset (spec/providers 2.7). */
  readonly takesJsonSchema: boolean;
  /** Calls in the history must carry a signature. */
  readonly wantsSignatures: boolean;
  /** Images inside of a function's response. */
  readonly takesMediaInResults: boolean;
  /** Reads files at any public address, not only its own store's. */
  readonly readsUrls: boolean;
  /** Function mode `VALIDATED`. */
  readonly validates: boolean;
}

const OLD: GeminiModel = {
  thinking: { kind: 'none' },
  maxOutput: 8192,
  takesSystem: true,
  takesTools: true,
  takesJson: true,
  mixesTools: false,
  takesJsonSchema: false,
  wantsSignatures: false,
  takesMediaInResults: false,
  readsUrls: false,
  validates: false,
};
const SECOND: GeminiModel = { ...OLD, takesJsonSchema: true };
const SECOND_HALF: GeminiModel = { ...SECOND, maxOutput: 65_536, readsUrls: true, validates: true };
const THIRD: GeminiModel = {
  ...SECOND_HALF,
  mixesTools: true,
  wantsSignatures: true,
  takesMediaInResults: true,
};
const ALL_LEVELS = ['minimal', 'low', 'medium', 'high'] as const;

const budget = (least: number, most: number, canBeOff: boolean): Thinking => ({
  kind: 'budget',
  least,
  most,
  canBeOff,
});
const levels = (...names: readonly Level[]): Thinking => ({ kind: 'level', levels: names });

/** By name, the first that fits (Google's model pages, November 2026). */
const MODELS: readonly (readonly [name: RegExp, model: GeminiModel])[] = [
  [/^gemma-(?:[1-3](?!\d)|3n)/, { ...OLD, takesSystem: false, takesTools: false, takesJson: false }],
  [/^gemini-(?:1|pro$)/, OLD],
  [/^gemini-2\.0/, SECOND],
  [/^gemini-2\.5.*(?:image|tts)/, { ...SECOND_HALF, thinking: { kind: 'none' }, takesTools: false }],
  [/^gemini-2\.5-pro/, { ...SECOND_HALF, thinking: budget(128, 32_768, false) }],
  [/^gemini-2\.5-flash-lite/, { ...SECOND_HALF, thinking: budget(512, 24_576, true) }],
  [/^gemini-2\.5/, { ...SECOND_HALF, thinking: budget(1, 24_576, true) }],
  [/^gemini-\d.*(?:image|tts)/, { ...THIRD, thinking: { kind: 'none' } }],
  [/^gemini-3-pro/, { ...THIRD, thinking: levels('low', 'high') }],
  [/^gemini-3(?:\.[156])?-flash/, { ...THIRD, thinking: levels(...ALL_LEVELS) }],
  [/^gemini-(?:\d|(?:pro|flash|flash-lite)-latest)/, { ...THIRD, thinking: levels('low', 'medium', 'high') }],
];

/** A tuned model or a name of tomorrow: the fields of the second generation, which the third takes as well. */
const UNKNOWN: GeminiModel = { ...SECOND_HALF, mixesTools: true, thinking: budget(128, 24_576, false) };

/** @param name without any path before it. */
export const geminiModel = (name: string): GeminiModel =>
  MODELS.find(([pattern]) => pattern.test(name))?.[1] ?? UNKNOWN;

const LEVEL: Readonly<Record<Effort, Level>> = {
  none: 'minimal',
  minimal: 'minimal',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'high',
  max: 'high',
};

/** The level of an effort, or the next one up that the model knows, or its highest. */
export function levelOf(effort: Effort, known: readonly Level[]): Level {
  const from = ALL_LEVELS.indexOf(LEVEL[effort]);
  return ALL_LEVELS.slice(from).find((level) => known.includes(level)) ?? known.at(-1) ?? 'high';
}
