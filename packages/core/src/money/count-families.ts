/** How the tokens of a family of models compare with those of the tokenizer that we have (o200k). */
export interface Family {
  readonly name: string;
  /** In hundredths, rounded up from what was measured; 100 and `isOwn`: the same tokenizer. */
  readonly factor: number;
  readonly isOwn: boolean;
}

/** Models whose tokenizer o200k is, by OpenAI's own list and that of gpt-oss. */
const O200K = /(?:^|[/.:])(?:gpt-(?:4o|4\.1|4\.5|[5-9]|oss|audio|realtime)|chatgpt-4o|codex-|o[1-9](?:-|$))/;

const FAMILIES: ReadonlyArray<readonly [pattern: RegExp, name: string, factor: number]> = [
  [/claude/, 'Claude', 140],
  [/gemini|gemma/, 'Gemini', 115],
  [/mistral|mixtral|ministral|magistral|codestral|devstral|pixtral/, 'Mistral', 115],
  [/llama/, 'Llama', 110],
  [/deepseek/, 'DeepSeek', 115],
  [/qwen|qwq/, 'Qwen', 115],
  [/grok/, 'Grok', 115],
  [/command|aya|embed-|rerank/, 'Cohere', 115],
  [/nova|titan/, 'Amazon', 125],
  [/glm|kimi|minimax/, 'other', 115],
  [/gpt|davinci|babbage|text-embedding/, 'older OpenAI', 110],
];

const UNKNOWN: Family = { name: 'unknown', factor: 125, isOwn: false };

export function familyOf(model: string | null): Family {
  const name = model?.toLowerCase() ?? '';
  if (O200K.test(name)) return { name: 'OpenAI', factor: 100, isOwn: true };
  const found = FAMILIES.find(([pattern]) => pattern.test(name));
  return found ? { name: found[1], factor: found[2], isOwn: false } : UNKNOWN;
}

export const inFamily = ({ factor }: Family, tokens: number) => Math.ceil((tokens * factor) / 100);
