import { findServed } from '../catalogue/catalogue.ts';
import { child, isJson, type Json, numberAt } from '../form/json.ts';

type Place = readonly [key: string] | readonly [parent: string, key: string];

/**
 * Where a request says how much may be written (spec/providers 3–11). Only the names of the format that it is written in
 * count: a name that the provider does not know would bound nothing.
 */
const OF_CHAT: readonly Place[] = [['max_tokens'], ['max_completion_tokens']];
const OF_RESPONSES: readonly Place[] = [['max_output_tokens']];
/** Google reads either spelling of every name. */
const inGemini = (...names: readonly string[]): readonly Place[] =>
  names.flatMap((name): readonly Place[] => [
    ['generationConfig', name],
    ['generation_config', name],
  ]);
const OF_GEMINI = inGemini('maxOutputTokens', 'max_output_tokens');
const OF_BEDROCK: readonly Place[] = [
  ['inferenceConfig', 'maxTokens'],
  ['inferenceConfig', 'max_new_tokens'],
  ['textGenerationConfig', 'maxTokenCount'],
  ['max_gen_len'],
  ['max_tokens_to_sample'],
  ...OF_CHAT,
];
const ANSWERS: readonly Place[] = [
  ['n'],
  ['best_of'],
  ['num_generations'],
  ...inGemini('candidateCount', 'candidate_count'),
];

/** The members of a body that {@link mostOutput} looks at. */
export const OUTPUT_MEMBERS: ReadonlySet<string> = new Set([
  ...[...ANSWERS, ...OF_RESPONSES, ...OF_GEMINI, ...OF_BEDROCK].map(([first]) => first),
]);

function placesOf(keys: ReadonlySet<string>, provider: string): readonly Place[] {
  if (provider === 'aws-bedrock') return keys.has('inferenceConfig') ? OF_BEDROCK.slice(0, 2) : OF_BEDROCK;
  if (keys.has('contents') && !keys.has('messages') && !keys.has('prompt')) return OF_GEMINI;
  return keys.has('input') && !keys.has('messages') ? OF_RESPONSES : OF_CHAT;
}

/** What an answer seldom passes, of models that nobody knows. Tokens. */
const USUAL = 16_384;

/** Models that give numbers or a verdict back, and write nothing. */
const SILENT = /embed|rerank|bge-|moderation/i;

export interface MostOutput {
  readonly tokens: number;
  /** False: nobody says, and it is what such answers seldom pass. */
  readonly isSure: boolean;
}

/**
 * The most that a model can write for a request: the request's own limit, else the model's by the catalogue. Of several
 * limits the largest holds, since which of them the provider obeys is the provider's to say. Times the number of answers.
 *
 * @param keys of all members of the body; `request` holds those of {@link OUTPUT_MEMBERS}.
 */
export function mostOutput(
  request: Json,
  keys: ReadonlySet<string>,
  { provider, model }: { readonly provider: string; readonly model: string },
): MostOutput {
  if (SILENT.test(model)) return { tokens: 0, isSure: true };
  const numberIn = ([first, second]: Place) =>
    second === undefined ? numberAt(request, first) : numberAt(child(request, first), second);
  const answers = Math.max(1, ...ANSWERS.map((place) => numberIn(place) ?? 1));
  const limits = placesOf(keys, provider)
    .map(numberIn)
    .filter((limit) => limit !== null && limit >= 0);
  const asked = limits.length > 0 ? Math.max(...limits.map(Number)) : null;
  const known = findServed(provider, model)?.maxOutput ?? null;
  const tokens = Math.ceil(asked ?? known ?? USUAL) * Math.ceil(answers);
  return { tokens: Math.min(tokens, Number.MAX_SAFE_INTEGER), isSure: asked !== null || known !== null };
}

/** How much a model reads. Null: nobody says. Tokens. */
export const contextOf = (provider: string, model: string): number | null =>
  findServed(provider, model)?.context ?? null;

/** Something that the request names and does not hold, which the model reads as well. */
export const namesMore = (request: Json): boolean =>
  ['previous_response_id', 'conversation', 'cachedContent', 'cached_content'].some(
    (key) => request[key] !== undefined && request[key] !== null,
  ) || isJson(request.prompt);

/** The members of a body that {@link namesMore} looks at. */
export const NAMING_MEMBERS: ReadonlySet<string> = new Set([
  'previous_response_id',
  'conversation',
  'cachedContent',
  'cached_content',
  'prompt',
]);
