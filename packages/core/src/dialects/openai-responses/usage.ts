import { child, isJson, type Json } from '../../form/json.ts';
import { residueFor } from '../../form/provenance.ts';
import { inputTotal, type ModelUsage, NO_USAGE, outputTotal } from '../../form/usage.ts';
import { DIALECT } from './residue.ts';

const count = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;

/**
 * Caches stand inside the input here and reasoning inside the output (spec/providers 2.4). More cached than read has been
 * reported: what is left is then nothing, not less. What the classes do not give back is residue.
 */
export function readUsage(usage: Json | null, searches: number): ModelUsage | null {
  if (!usage) return null;
  const [read, written] = [child(usage, 'input_tokens_details'), child(usage, 'output_tokens_details')];
  const [cacheRead, cacheWrite] = [count(read?.cached_tokens), count(read?.cache_write_tokens)];
  const reasoning = count(written?.reasoning_tokens);
  const fresh = split(count(usage.input_tokens) - cacheRead - cacheWrite, read);
  const text = split(count(usage.output_tokens) - reasoning, written);
  const classes: ModelUsage = {
    ...NO_USAGE,
    input: fresh.text,
    cacheRead,
    cacheWrite,
    inputAudio: fresh.audio,
    inputImage: fresh.image,
    output: text.text,
    reasoning,
    outputAudio: text.audio,
    outputImage: text.image,
    searches,
  };
  const rest = difference(usage, writeUsage(classes));
  return rest ? { ...classes, residue: { dialect: DIALECT, value: rest } } : classes;
}

/** By kinds, of what came from no cache. */
function split(whole: number, details: Json | null) {
  const all = Math.max(0, whole);
  const audio = Math.min(all, count(details?.audio_tokens));
  const image = Math.min(all - audio, count(details?.image_tokens));
  return { text: all - audio - image, audio, image };
}

export function writeUsage(usage: ModelUsage): Json {
  const [input, output] = [inputTotal(usage), outputTotal(usage)];
  const classes = {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: usage.cacheRead,
      cache_write_tokens: usage.cacheWrite + usage.cacheWriteLong,
      ...kinds(usage.inputAudio, usage.inputImage),
    },
    output_tokens: output,
    output_tokens_details: {
      reasoning_tokens: usage.reasoning,
      ...kinds(usage.outputAudio, usage.outputImage),
    },
    total_tokens: input + output,
  };
  return merged(classes, residueFor(DIALECT, usage.residue));
}

const kinds = (audio: number, image: number): Json => ({
  ...(audio > 0 ? { audio_tokens: audio } : {}),
  ...(image > 0 ? { image_tokens: image } : {}),
});

/** What `raw` says otherwise than `written`, or beyond it; objects member by member. Null: nothing. */
function difference(raw: Json, written: Json): Json | null {
  const rest: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(raw)) {
    const other = written[key];
    if (value === other) continue;
    if (isJson(value) && isJson(other)) {
      const inner = difference(value, other);
      if (inner) rest[key] = inner;
    } else rest[key] = value;
  }
  return Object.keys(rest).length === 0 ? null : rest;
}

function merged(base: Json, over: Json): Json {
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const under = result[key];
    result[key] = isJson(value) && isJson(under) ? merged(under, value) : value;
  }
  return result;
}
