/** What a model reads or writes. */
export type Modality = 'text' | 'image' | 'audio' | 'video' | 'pdf';

export type Task =
  | 'Text Generation'
  | 'Text Embeddings'
  | 'Text-to-Image'
  | 'Text-to-Video'
  | 'Text-to-Speech'
  | 'Automatic Speech Recognition'
  | 'Text Classification';

export interface CatalogueModel {
  /** As the API host names it: `openai/gpt-5.5`, `xai/grok-4.3`, `@cf/openai/gpt-oss-120b`. */
  readonly id: string;
  /** The provider's slug. */
  readonly provider: string;
  /** As the provider knows it. */
  readonly model: string;
  /** Who made it; of Workers AI's the second part of the name. */
  readonly author: string;
  readonly name: string;
  readonly task: Task;
  /** In tokens; null where nobody says. */
  readonly context: number | null;
  readonly maxOutput: number | null;
  readonly input: readonly Modality[];
  readonly output: readonly Modality[];
  readonly tools: boolean;
  /** Every listing agrees that it takes no tools, or no images: enough to refuse them early. */
  readonly surelyNoTools: boolean;
  readonly surelyNoImages: boolean;
  readonly structuredOutput: boolean;
  readonly reasoning: boolean;
  readonly temperature: boolean;
  readonly streaming: boolean;
  readonly isExperimental: boolean;
  readonly isDeprecated: boolean;
  /** `2026-04-23`; null where nobody says. */
  readonly released: string | null;
}

/**
 * A model in few bytes: the provider's id, its name, context and longest answer in tokens (0: unknown), what it reads and
 * writes (`t`ext `i`mage `a`udio `v`ideo `p`df), what it can (`T`ools, `S`tructured output, `R`easoning, temperature `K`,
 * `B`eta, `D`eprecated; surely no `t`ools, surely no `i`mages), and its day.
 */
export type ModelRow = readonly [
  id: string,
  name: string,
  context: number,
  maxOutput: number,
  input: string,
  output: string,
  flags: string,
  released: string,
];

const MODALITIES: Readonly<Record<string, Modality>> = {
  t: 'text',
  i: 'image',
  a: 'audio',
  v: 'video',
  p: 'pdf',
};

const modalities = (letters: string): Modality[] =>
  [...letters].flatMap((letter) => MODALITIES[letter] ?? []);

/** The API host's names where they are not the slug (spec/api 5.9-2). */
const AUTHORS: Readonly<Record<string, string>> = {
  'google-ai-studio': 'google',
  grok: 'xai',
  'perplexity-ai': 'perplexity',
};

export const prefixOf = (slug: string) => AUTHORS[slug] ?? slug;

const MOVES = /latest$|^magistral-small$/;

export function modelOf(slug: string, row: ModelRow): CatalogueModel {
  const [model, name, context, maxOutput, input, output, flags, released] = row;
  const isCloudflare = slug === 'workers-ai';
  const task = taskOf(model, input, output);
  // A name that moves may learn something tomorrow.
  const isFixed = !MOVES.test(model);
  return {
    id: isCloudflare ? model : `${prefixOf(slug)}/${model}`,
    provider: slug,
    model,
    author: authorOf(slug, model),
    name,
    task,
    context: context || null,
    maxOutput: task === 'Text Generation' ? maxOutput || null : null,
    input: modalities(input),
    output: modalities(output),
    tools: flags.includes('T'),
    surelyNoTools: isFixed && flags.includes('t'),
    surelyNoImages: isFixed && flags.includes('i'),
    structuredOutput: flags.includes('S'),
    reasoning: flags.includes('R'),
    temperature: flags.includes('K'),
    streaming: task === 'Text Generation',
    isExperimental: flags.includes('B'),
    isDeprecated: flags.includes('D'),
    released: released || null,
  };
}

function authorOf(slug: string, model: string): string {
  if (slug === 'workers-ai') return model.split('/')[1] ?? slug;
  if (slug === 'aws-bedrock') return /^(?:[a-z]+\.)?([a-z0-9]+)\./.exec(model)?.[1] ?? slug;
  return model.includes('/') ? (model.split('/')[0] ?? slug) : prefixOf(slug);
}

function taskOf(model: string, input: string, output: string): Task {
  if (/embed|\/bge-/.test(model)) return 'Text Embeddings';
  if (/(?:llama|prompt)-guard|moderation/.test(model)) return 'Text Classification';
  if (/^(?:gpt-image|chatgpt-image|grok-imagine-image)/.test(model)) return 'Text-to-Image';
  if (output.includes('t')) return input.includes('t') ? 'Text Generation' : 'Automatic Speech Recognition';
  if (output.includes('i')) return 'Text-to-Image';
  return output.includes('v') ? 'Text-to-Video' : 'Text-to-Speech';
}
