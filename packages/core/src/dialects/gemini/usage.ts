import { isJson, type Json, listAt, numberAt, residueOf, textAt } from '../../form/json.ts';
import type { ModelUsage } from '../../form/usage.ts';
import { NO_USAGE } from '../../form/usage.ts';

const COUNTS = [
  'promptTokenCount',
  'candidatesTokenCount',
  'thoughtsTokenCount',
  'cachedContentTokenCount',
  'totalTokenCount',
] as const;

/**
 * `usageMetadata` in disjoint classes (spec/providers 2.4). Null: it counts nothing, as in a stream's early chunks and in
 * refusals of a prompt.
 *
 * @param searches of the web, which stand with the candidate.
 */
export function geminiUsage(metadata: Json | null, searches = 0): ModelUsage | null {
  if (!metadata || !COUNTS.some((name) => count(metadata, name) > 0)) return null;
  const input = count(metadata, 'promptTokenCount') + count(metadata, 'toolUsePromptTokenCount');
  const candidates = count(metadata, 'candidatesTokenCount');
  const reasoning = count(metadata, 'thoughtsTokenCount');
  // Older versions counted thoughts among the candidates; the total tells.
  const areInside =
    reasoning > 0 && reasoning <= candidates && input + candidates === count(metadata, 'totalTokenCount');
  const cacheRead = count(metadata, 'cachedContentTokenCount');
  // What is told of a kind may have come from the cache; it stays there.
  const fresh = Math.max(0, input - cacheRead);
  const inputAudio = Math.min(fresh, read(metadata, 'AUDIO'));
  const inputImage = Math.min(fresh - inputAudio, read(metadata, 'IMAGE'));
  const written = Math.max(0, candidates - (areInside ? reasoning : 0));
  const outputAudio = Math.min(written, told(metadata, 'candidatesTokensDetails', 'AUDIO'));
  const outputImage = Math.min(written - outputAudio, told(metadata, 'candidatesTokensDetails', 'IMAGE'));
  const residue = residueOf(metadata, COUNTS);
  return {
    ...NO_USAGE,
    input: fresh - inputAudio - inputImage,
    cacheRead,
    inputAudio,
    inputImage,
    output: written - outputAudio - outputImage,
    reasoning,
    outputAudio,
    outputImage,
    searches,
    ...(residue ? { residue: { dialect: 'gemini', value: residue } } : {}),
  };
}

const count = (metadata: Json, name: string) => Math.max(0, numberAt(metadata, name) ?? 0);

/** Video and documents cost as text does, so only the others are told apart. */
type Modality = 'AUDIO' | 'IMAGE';

const read = (metadata: Json, modality: Modality) =>
  Math.max(
    0,
    told(metadata, 'promptTokensDetails', modality) +
      told(metadata, 'toolUsePromptTokensDetails', modality) -
      told(metadata, 'cacheTokensDetails', modality),
  );

function told(metadata: Json, details: string, modality: Modality): number {
  const split = listAt(metadata, details).filter(isJson);
  return split.reduce(
    (sum, it) => (textAt(it, 'modality') === modality ? sum + count(it, 'tokenCount') : sum),
    0,
  );
}
