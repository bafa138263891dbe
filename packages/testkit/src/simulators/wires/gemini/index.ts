import type { Wire } from '../../wire.ts';
import { hear } from './hear.ts';
import { answer, finishReason, geminiError, parts, stream } from './speak.ts';

/** Google's generateContent, of AI Studio and of Vertex (ai.google.dev/api/generate-content). */
export const geminiWire: Wire = {
  name: 'gemini',
  limits: { refusal: 'its models refuse in plain text: there is no field for it' },
  hear,
  whole: (script, heard) => ({
    body: answer([...script.steps.flatMap(parts)], finishReason(script), script, heard, true),
  }),
  stream,
  error: geminiError,
};
