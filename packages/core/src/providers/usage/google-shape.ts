import { isJson, type Json, listAt } from '../../form/json.ts';
import type { TokenUsage } from '../../form/token-usage.ts';
import { count, disjoint } from './classes.ts';

/** `usageMetadata` of Gemini and Vertex: the cache stands in the prompt, thoughts beside the candidates. */
export function gemini(usage: Json): TokenUsage {
  const input = count(usage.promptTokenCount) + count(usage.toolUsePromptTokenCount);
  const [candidates, thoughts] = [count(usage.candidatesTokenCount), count(usage.thoughtsTokenCount)];
  // Some versions count thoughts among the candidates; the total tells.
  const areInside = thoughts <= candidates && input + candidates === count(usage.totalTokenCount);
  const read = (modality: string) =>
    Math.max(
      0,
      of(usage, 'promptTokensDetails', modality) +
        of(usage, 'toolUsePromptTokensDetails', modality) -
        of(usage, 'cacheTokensDetails', modality),
    );
  return disjoint({
    input,
    cacheRead: count(usage.cachedContentTokenCount),
    cacheWrite: 0,
    // Video and documents cost as text does, so they stay there.
    inputAudio: read('AUDIO'),
    inputImage: read('IMAGE'),
    output: areInside ? candidates : candidates + thoughts,
    reasoning: thoughts,
    outputAudio: of(usage, 'candidatesTokensDetails', 'AUDIO'),
    outputImage: of(usage, 'candidatesTokensDetails', 'IMAGE'),
  });
}

const of = (usage: Json, details: string, modality: string): number =>
  listAt(usage, details)
    .filter(isJson)
    .reduce((sum, it) => (it.modality === modality ? sum + count(it.tokenCount) : sum), 0);
