import type { Wire } from '../../wire.ts';
import { chatError } from '../openai-chat/errors.ts';
import { hear } from './hear.ts';
import { finalStatus, items, response, stream } from './speak.ts';

/** OpenAI's Responses (platform.openai.com/docs/api-reference/responses): items in, items out. */
export const responsesWire: Wire = {
  name: 'openai-responses',
  limits: { 'problem-kind': 'its failed streams know no overload' },
  hear,
  whole: (script, heard) => ({ body: response(script, heard, finalStatus(script), items(script)) }),
  stream,
  error: (problem) => chatError(problem, { errors: 'openai' }),
};
