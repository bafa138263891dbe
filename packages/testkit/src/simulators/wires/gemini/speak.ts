import type { Heard } from '../../heard.ts';
import type { Refused } from '../../request-reader.ts';
import { callsOf, type Problem, type Script, type Step } from '../../script.ts';
import { JSON_HEADERS, type StreamedAnswer, sse, Telling, type WireError } from '../../wire.ts';

/** What the first of an answer's calls is signed with. */
export const GEMINI_SIGNATURE = 'c2ltdWxhdGVkIHRob3VnaHQ=';

export function finishReason(script: Script): string {
  // Calls or not, what is done is STOP.
  return { done: 'STOP', length: 'MAX_TOKENS', blocked: 'SAFETY', refused: 'STOP' }[script.finish];
}

export function parts(step: Step): object[] {
  switch (step.kind) {
    case 'text':
    case 'output':
    case 'refusal':
      return [{ text: step.pieces.join('') }];
    case 'reasoning':
      return [{ text: step.pieces.join(''), thought: true }];
    case 'calls':
      return step.calls.map((call, index) => callPart(call, index));
  }
}

/** Whole, without an id; of parallel calls only the first is signed. */
const callPart = (
  { name, pieces }: { readonly name: string; readonly pieces: readonly string[] },
  index: number,
) => {
  const args = pieces.join('');
  return {
    functionCall: args === '' ? { name } : { name, args: JSON.parse(args) },
    ...(index === 0 ? { thoughtSignature: GEMINI_SIGNATURE } : {}),
  };
};

export function answer(
  own: readonly object[],
  finish: string | null,
  script: Script,
  heard: Heard,
  counted: boolean,
) {
  const { input, cached, output, reasoning } = script.usage;
  return {
    candidates: [
      {
        content: { ...(own.length > 0 ? { parts: own } : {}), role: 'model' },
        ...(finish === null ? {} : { finishReason: finish }),
        index: 0,
        ...(finish === 'SAFETY'
          ? { safetyRatings: [{ category: 'HARM_CATEGORY_HARASSMENT', probability: 'HIGH', blocked: true }] }
          : {}),
      },
    ],
    usageMetadata: counted
      ? {
          promptTokenCount: input,
          ...(cached > 0 ? { cachedContentTokenCount: cached } : {}),
          candidatesTokenCount: output - reasoning,
          ...(reasoning > 0 ? { thoughtsTokenCount: reasoning } : {}),
          totalTokenCount: input + output,
          promptTokensDetails: [{ modality: 'TEXT', tokenCount: input }],
        }
      : { promptTokenCount: input, totalTokenCount: input },
    modelVersion: heard.model,
    responseId: 'simulated',
  };
}

/** Parts arrive in their chunks, each call whole in its own; the reason to stop comes after in an empty text. */
export function stream(script: Script, heard: Heard): StreamedAnswer {
  const telling = new Telling();
  for (const step of script.steps) {
    const chunks: object[] =
      step.kind === 'calls'
        ? parts(step)
        : step.pieces.map((text) => (step.kind === 'reasoning' ? { text, thought: true } : { text }));
    telling.say(...chunks.map((it) => sse(answer([it], null, script, heard, false))));
  }
  const last = callsOf(script).length > 0 || script.steps.length === 0 ? [] : [{ text: '' }];
  telling.tell(sse(answer(last, finishReason(script), script, heard, true)));
  return {
    contentType: 'text/event-stream',
    events: telling.events,
    firstWords: telling.firstWords,
    failure: (problem) => [`data: ${geminiError(problem).body}\n\n`],
  };
}

const ERRORS = {
  'bad-request': [400, 'INVALID_ARGUMENT'],
  authentication: [401, 'UNAUTHENTICATED'],
  'not-found': [404, 'NOT_FOUND'],
  'rate-limit': [429, 'RESOURCE_EXHAUSTED'],
  server: [500, 'INTERNAL'],
  overloaded: [503, 'UNAVAILABLE'],
} as const;

export function geminiError(problem: Problem | Refused): WireError {
  const [code, status] = ERRORS[problem.kind];
  const retry = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '7s' };
  const details = problem.kind === 'rate-limit' ? { details: [retry] } : {};
  return {
    status: code,
    headers: JSON_HEADERS,
    body: JSON.stringify({ error: { code, message: problem.message, status, ...details } }),
  };
}
