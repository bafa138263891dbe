import { child, isJson, type Json, listAt, residueOf, textAt } from '../../../form/json.ts';
import type { Residue } from '../../../form/provenance.ts';
import type { Finish, ModelResponse } from '../../../form/response.ts';
import { finishReason } from '../finish.ts';
import { geminiUsage } from '../usage.ts';

/** What a whole answer and a stream's chunks say of themselves beside their parts. */
export const candidateOf = (body: Json): Json | null => {
  const found = listAt(body, 'candidates').filter(isJson);
  return found.find(({ index }) => index === undefined || index === null || index === 0) ?? null;
};

export function identityOf(body: Json): Pick<ModelResponse, 'id' | 'model' | 'created'> {
  const created = Date.parse(textAt(body, 'createTime') ?? '');
  return {
    id: textAt(body, 'responseId'),
    model: textAt(body, 'modelVersion'),
    created: Number.isNaN(created) ? null : Math.floor(created / 1000),
  };
}

/** Of the last chunk that says any: Google's counts are of the whole answer so far. */
export function usageOf(metadata: Json | null, candidate: Json | null): ModelResponse['usage'] {
  const searches = listAt(child(candidate, 'groundingMetadata'), 'webSearchQueries').length;
  return geminiUsage(metadata, searches);
}

/** @param candidate null: the prompt was blocked, and nothing was written. */
export function finishOf(candidate: Json | null, feedback: Json | null, hasCalls: boolean): Finish {
  if (candidate) {
    const raw = textAt(candidate, 'finishReason');
    const reason = finishReason(raw, hasCalls);
    const explanation = textAt(candidate, 'finishMessage');
    const ratings = listAt(candidate, 'safetyRatings');
    return {
      reason,
      raw,
      ...(explanation === null ? {} : { explanation }),
      ...(reason === 'blocked-output' && ratings.length > 0 ? { details: { safetyRatings: ratings } } : {}),
    };
  }
  const explanation = textAt(feedback, 'blockReasonMessage');
  return {
    reason: 'blocked-prompt',
    raw: textAt(feedback, 'blockReason'),
    ...(explanation === null ? {} : { explanation }),
    ...(feedback ? { details: feedback } : {}),
  };
}

const ANSWER = ['candidates', 'responseId', 'modelVersion', 'usageMetadata'];
const CANDIDATE = ['content', 'finishReason', 'finishMessage'];

/** Everything else: safety ratings, grounding, the time it was made, further candidates. */
export function residueOfAnswer(body: Json, candidate: Json | null): Residue | null {
  const own = residueOf(body, ANSWER);
  const inner = candidate && residueOf(candidate, CANDIDATE);
  const content = residueOf(child(candidate, 'content') ?? {}, ['role', 'parts']);
  const others = listAt(body, 'candidates').filter((it) => it !== candidate);
  // Counts that counted nothing stay here whole.
  const metadata = child(body, 'usageMetadata');
  const value = {
    ...own,
    ...(inner ? { candidate: inner } : {}),
    ...(content ? { content } : {}),
    ...(others.length > 0 ? { otherCandidates: others } : {}),
    ...(metadata && !geminiUsage(metadata) ? { usageMetadata: metadata } : {}),
  };
  return Object.keys(value).length === 0 ? null : { dialect: 'gemini', value };
}
