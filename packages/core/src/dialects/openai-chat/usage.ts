import { child, isJson, type Json, numberAt, residueOf } from '../../form/json.ts';
import { residueFor } from '../../form/provenance.ts';
import { inputTotal, type ModelUsage, NO_USAGE, outputTotal } from '../../form/usage.ts';

const INPUT_DETAILS = 'prompt_tokens_details';
const OUTPUT_DETAILS = 'completion_tokens_details';

/**
 * A chat `usage` object in disjoint classes (spec/providers 2.4). Null: it counts no tokens.
 * @param wire `reasoningOutside`: the provider counts reasoning outside `completion_tokens` (xAI), for answers whose
 * total does not tell.
 */
export function readUsage(
  usage: Json,
  wire: { readonly reasoningOutside?: boolean } = {},
): ModelUsage | null {
  const prompt = count(usage, 'prompt_tokens');
  const completion = count(usage, 'completion_tokens');
  if (prompt === undefined && completion === undefined) return null;
  const read = child(usage, INPUT_DETAILS);
  const written = child(usage, OUTPUT_DETAILS);
  const cacheRead = cached(usage) ?? 0;
  const cacheWrite = count(read, 'cache_write_tokens') ?? 0;
  // What is told of a kind may have come from the cache; it stays there.
  const fresh = Math.max(0, (prompt ?? 0) - cacheRead - cacheWrite);
  const inputAudio = Math.min(fresh, uncached(read, 'audio_tokens'));
  const inputImage = Math.min(fresh - inputAudio, uncached(read, 'image_tokens'));
  // Perplexity writes it flat.
  const reasoned = count(written, 'reasoning_tokens') ?? count(usage, 'reasoning_tokens') ?? 0;
  const outside = isOutside(usage, reasoned, wire);
  // OpenRouter has reported more of it than was written in all.
  const reasoning = outside ? reasoned : Math.min(reasoned, completion ?? 0);
  const output = (completion ?? 0) - (outside ? 0 : reasoning);
  const outputAudio = Math.min(output, count(written, 'audio_tokens') ?? 0);
  const outputImage = Math.min(output - outputAudio, count(written, 'image_tokens') ?? 0);
  const classes: ModelUsage = {
    ...NO_USAGE,
    // More cached than read has been reported (xAI): what is left is then nothing, not less.
    input: fresh - inputAudio - inputImage,
    cacheRead,
    cacheWrite,
    inputAudio,
    inputImage,
    output: output - outputAudio - outputImage,
    reasoning,
    outputAudio,
    outputImage,
    searches: searchesIn(usage),
  };
  return { ...classes, residue: { dialect: 'openai-chat', value: residueOfUsage(usage, classes) } };
}

/**
 * The total tells, whoever relays it; the provider where it cannot. Perplexity's deep research leaves it out of the total
 * as well.
 */
function isOutside(usage: Json, reasoning: number, wire: { readonly reasoningOutside?: boolean }): boolean {
  const completion = count(usage, 'completion_tokens') ?? 0;
  const inside = (count(usage, 'prompt_tokens') ?? 0) + completion;
  const total = count(usage, 'total_tokens') ?? 0;
  if (reasoning > completion) return inside !== total || count(usage, 'reasoning_tokens') !== undefined;
  return inside !== total && (inside + reasoning === total || wire.reasoningOutside === true);
}

/** Of a kind, less what of it came from a cache, where the details say. */
const uncached = (details: Json | null, kind: string) =>
  Math.max(0, (count(details, kind) ?? 0) - (count(child(details, 'cached_tokens_details'), kind) ?? 0));

/** Perplexity's queries; xAI's calls, or the sources that its older API charges; Anthropic's, relayed by OpenRouter. */
function searchesIn(usage: Json): number {
  const tools = child(usage, 'server_side_tool_usage_details');
  return (
    (count(tools, 'web_search_calls') ?? 0) + (count(tools, 'x_search_calls') ?? 0) ||
    (count(usage, 'num_search_queries') ??
      count(child(usage, 'server_tool_use'), 'web_search_requests') ??
      count(usage, 'num_sources_used') ??
      0)
  );
}

function cached(usage: Json): number | undefined {
  return (
    count(child(usage, INPUT_DETAILS), 'cached_tokens') ??
    // DeepSeek; Mistral in two spellings; Hugging Face
    count(usage, 'prompt_cache_hit_tokens') ??
    count(child(usage, 'prompt_token_details'), 'cached_tokens') ??
    count(usage, 'num_cached_tokens') ??
    count(usage, 'cached_tokens')
  );
}

/** What the classes do not say again by themselves: other counts, counts of nothing, a total of its own. */
function residueOfUsage(usage: Json, classes: ModelUsage): Json {
  const said = writtenFrom(classes);
  const residue: Record<string, unknown> = {
    ...residueOf(usage, ['prompt_tokens', 'completion_tokens', 'total_tokens']),
  };
  for (const key of [INPUT_DETAILS, OUTPUT_DETAILS]) {
    const details = usage[key];
    if (isJson(details)) residue[key] = residueOf(details, Object.keys(child(said, key) ?? {})) ?? {};
  }
  if (usage.total_tokens !== said.total_tokens && usage.total_tokens !== undefined)
    residue.total_tokens = usage.total_tokens;
  return residue;
}

/** The chat `usage` object, for the chat formats of clients and of tests. */
export function writeUsage(usage: ModelUsage): Json {
  const said = writtenFrom(usage);
  if (usage.residue?.dialect !== 'openai-chat')
    return {
      ...said,
      [INPUT_DETAILS]: { cached_tokens: 0, ...child(said, INPUT_DETAILS) },
      [OUTPUT_DETAILS]: { reasoning_tokens: 0, ...child(said, OUTPUT_DETAILS) },
    };
  const residue = residueFor('openai-chat', usage.residue);
  const merged: Record<string, unknown> = { ...said, ...residue };
  for (const key of [INPUT_DETAILS, OUTPUT_DETAILS]) {
    const details = { ...child(residue, key), ...child(said, key) };
    if (child(residue, key) || child(said, key)) merged[key] = details;
  }
  return merged;
}

/** What the classes say in the format's words; details of nothing are left out. */
function writtenFrom(usage: ModelUsage): Json {
  const [input, output] = [inputTotal(usage), outputTotal(usage)];
  const inputDetails = counted({
    cached_tokens: usage.cacheRead,
    cache_write_tokens: usage.cacheWrite + usage.cacheWriteLong,
    audio_tokens: usage.inputAudio,
    image_tokens: usage.inputImage,
  });
  const outputDetails = counted({
    reasoning_tokens: usage.reasoning,
    audio_tokens: usage.outputAudio,
    image_tokens: usage.outputImage,
  });
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    ...(inputDetails ? { [INPUT_DETAILS]: inputDetails } : {}),
    ...(outputDetails ? { [OUTPUT_DETAILS]: outputDetails } : {}),
  };
}

function counted(details: Readonly<Record<string, number>>): Json | null {
  const some = Object.entries(details).filter(([, value]) => value > 0);
  return some.length === 0 ? null : Object.fromEntries(some);
}

function count(value: Json | null, key: string): number | undefined {
  const found = numberAt(value, key);
  return found === null || found < 0 ? undefined : found;
}
