import { child, isJson, type Json, listAt } from '../../form/json.ts';
import { streamedArguments } from './gemini-arguments.ts';
import { errorIn, finished, type Growing, inOrder, numbered, takeFields } from './pieces.ts';

/** Gemini and Vertex (spec/providers 7.3): chunks are whole responses, their parts are increments. */
export function assembleGemini(events: readonly Json[]): Json {
  const answer: Growing = new Map();
  const candidates = new Map<number, Growing>();
  for (const event of events) {
    takeFields(answer, event, ['candidates', 'error']);
    for (const candidate of listAt(event, 'candidates').filter(isJson))
      takeCandidate(numbered(candidates, candidate.index), candidate);
  }
  return {
    ...(candidates.size > 0 ? { candidates: inOrder(candidates).map(finishCandidate) } : {}),
    ...finished(answer),
    ...errorIn(events),
  };
}

function takeCandidate(target: Growing, candidate: Json): void {
  takeFields(target, candidate, ['content']);
  const content = child(candidate, 'content');
  const known = target.get('content');
  const { role, parts } = isContent(known) ? known : { role: undefined, parts: [] };
  const added = listAt(content, 'parts').filter(isJson);
  if (content) target.set('content', { role: content.role ?? role, parts: [...parts, ...added] });
}

const isContent = (value: unknown): value is { role: unknown; parts: readonly Json[] } =>
  isJson(value) && Array.isArray(value.parts);

function finishCandidate(candidate: Growing): Json {
  const content = candidate.get('content');
  const whole = finished(candidate);
  return isContent(content) ? { ...whole, content: { ...content, parts: joinParts(content.parts) } } : whole;
}

function joinParts(parts: readonly Json[]): readonly Json[] {
  const joined: Json[] = [];
  for (const part of streamedArguments(parts)) {
    const last = joined.at(-1);
    if (last && continues(last, part)) joined.splice(-1, 1, { ...part, text: `${last.text}${part.text}` });
    else joined.push(part);
  }
  return joined;
}

/** Texts of one kind run on, up to a part that a signature seals. */
const continues = (last: Json, part: Json) =>
  typeof last.text === 'string' &&
  typeof part.text === 'string' &&
  last.thought === part.thought &&
  !('thoughtSignature' in last);
