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
  const areInside = reasoning > 0 && input + candidates === count(metadata, 'totalTokenCount');
  const cacheRead = count(metadata, 'cachedContentTokenCount');
  const inputAudio = Math.max(
    0,
    audio(metadata, 'promptTokensDetails') - audio(metadata, 'cacheTokensDetails'),
  );
  const outputAudio = audio(metadata, 'candidatesTokensDetails');
  const residue = residueOf(metadata, COUNTS);
  return {
    ...NO_USAGE,
    input: Math.max(0, input - cacheRead - inputAudio),
    cacheRead,
    inputAudio,
    output: Math.max(0, candidates - outputAudio - (areInside ? reasoning : 0)),
    reasoning,
    outputAudio,
    webSearches: searches,
    ...(residue ? { residue: { dialect: 'gemini', value: residue } } : {}),
  };
}

const count = (metadata: Json, name: string) => Math.max(0, numberAt(metadata, name) ?? 0);

function audio(metadata: Json, details: string): number {
  const split = listAt(metadata, details).filter(isJson);
  return split.reduce(
    (sum, it) => (textAt(it, 'modality') === 'AUDIO' ? sum + count(it, 'tokenCount') : sum),
    0,
  );
}
