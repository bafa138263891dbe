/** Shapes after the Gemini API reference, "Generating content" (GenerateContentResponse). */
export const GEMINI_TEXT = 'The weir holds the river back.';
export const GEMINI_USAGE = {
  promptTokenCount: 19,
  cachedContentTokenCount: 4,
  candidatesTokenCount: 6,
  thoughtsTokenCount: 2,
  totalTokenCount: 27,
} as const;

export function geminiAnswer(model: string): object {
  return part(model, GEMINI_TEXT, 'STOP', GEMINI_USAGE);
}

/** Events of `streamGenerateContent?alt=sse`; each carries the usage so far, as the service does. */
export function geminiEvents(model: string): string[] {
  return geminiParts(model).map((event) => `data: ${JSON.stringify(event)}\r\n\r\n`);
}

/** The same answer without `alt=sse`: one JSON array, sent in pieces. */
export function geminiArrayPieces(model: string): string[] {
  const parts = geminiParts(model);
  return parts.map((event, index) => {
    const before = index === 0 ? '[' : ',\r\n';
    const after = index === parts.length - 1 ? ']' : '';
    return `${before}${JSON.stringify(event)}${after}`;
  });
}

export function geminiError(code: number, status: string, message: string): object {
  return { error: { code, message, status } };
}

function geminiParts(model: string): object[] {
  const words = GEMINI_TEXT.split(/(?<= )/);
  return words.map((text, index) => {
    const last = index === words.length - 1;
    const usage = last ? GEMINI_USAGE : { promptTokenCount: 19, totalTokenCount: 19 };
    return part(model, text, last ? 'STOP' : null, usage);
  });
}

function part(model: string, text: string, finishReason: string | null, usageMetadata: object): object {
  return {
    candidates: [
      { content: { parts: [{ text }], role: 'model' }, ...(finishReason ? { finishReason } : {}), index: 0 },
    ],
    usageMetadata,
    modelVersion: model,
    responseId: 'weir0001',
  };
}
