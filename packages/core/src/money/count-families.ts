/** How the tokens of a family of models compare with those of the tokenizer that we have (o200k). */
export interface Family {
  readonly name: string;
  /** In hundredths, rounded up from what was measured; 100 and `isOwn`: the same tokenizer. */
  readonly factor: number;
  readonly isOwn: boolean;
  /** Its reasoning is charged and not shown, so an answer that was cut has more in it than can be counted. */
  readonly hides: boolean;
}

/** Models whose tokenizer o200k is, by OpenAI's own list and that of gpt-oss. */
const O200K = /(?:^|[/.:])(?:gpt-(?:4o|4\.1|4\.5|[5-9]|oss|audio|realtime)|chatgpt-4o|codex-|o[1-9](?:-|$))/;

const HIDES = /(?:^|[/.:])(?:gpt-[5-9](?!.*chat)|codex-|o[1-9](?:-|$))/;

/**
 * Measured on recorded answers in English, their code and their JSON (2026-11-23), and rounded up: Claude 1.12 to 1.30, from
 * Opus 4.7 on 1.34 to 1.47; Gemini 1.00 to 1.10; Mistral 1.02; DeepSeek 1.00 to 1.04; Cohere and Perplexity 1.00; Nova 1.13.
 * The others by their makers' word: byte-level tokenizers of 128,000 words and more.
 */
const FAMILIES: ReadonlyArray<readonly [pattern: RegExp, name: string, factor: number]> = [
  [/claude-(?:opus-(?:4[-.][7-9]|[5-9])|fable|sonnet-[5-9]|haiku-[5-9])/, 'Claude from Opus 4.7 on', 150],
  [/claude/, 'Claude', 130],
  [/gemini|gemma/, 'Gemini', 110],
  [/mistral|mixtral|ministral|magistral|codestral|devstral|pixtral/, 'Mistral', 110],
  [/llama/, 'Llama', 110],
  [/deepseek/, 'DeepSeek', 110],
  [/qwen|qwq/, 'Qwen', 115],
  [/grok/, 'Grok', 115],
  [/command|aya|embed-|rerank/, 'Cohere', 110],
  [/sonar/, 'Perplexity', 110],
  [/nova|titan/, 'Amazon', 125],
  [/gpt|davinci|babbage|text-embedding/, 'older OpenAI', 110],
];

const UNKNOWN: Family = { name: 'unknown', factor: 125, isOwn: false, hides: true };

export function familyOf(model: string | null): Family {
  const name = model?.toLowerCase() ?? '';
  if (O200K.test(name)) return { name: 'OpenAI', factor: 100, isOwn: true, hides: HIDES.test(name) };
  const found = FAMILIES.find(([pattern]) => pattern.test(name));
  return found ? { ...UNKNOWN, name: found[1], factor: found[2] } : UNKNOWN;
}

export const inFamily = ({ factor }: Family, tokens: number) => Math.ceil((tokens * factor) / 100);
