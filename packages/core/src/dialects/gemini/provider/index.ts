import type { ProviderDialect } from '../../provider-dialect.ts';
import { readUpstreamError } from '../../upstream-error.ts';
import { decodeResponse } from './decode-response.ts';
import { decodeStream } from './decode-stream.ts';
import { encodeRequest } from './encode-request.ts';
import { AI_STUDIO, type GeminiSurface, VERTEX } from './surface.ts';

/** Google's `generateContent` as one of its surfaces speaks it. */
const geminiOn = (surface: GeminiSurface): ProviderDialect => ({
  name: 'gemini',
  framing: 'sse',
  parameters: surface.parameters,
  encodeRequest: (request, target) => encodeRequest(request, target, surface),
  decodeResponse,
  decodeStream,
  decodeError: readUpstreamError,
});

/** The Gemini Developer API (Google AI Studio). */
export const gemini: ProviderDialect = geminiOn(AI_STUDIO);

/** Google's own models on Vertex AI. */
export const geminiOnVertex: ProviderDialect = geminiOn(VERTEX);
