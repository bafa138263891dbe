import type { Wire } from '../../wire.ts';
import { chatError } from './errors.ts';
import { hearChat } from './hear.ts';
import { chatChunks, chatCompletion } from './speak.ts';
import type { ChatTraits } from './traits.ts';

export * from './traits.ts';

/** OpenAI's Chat Completions, spoken with the traits of one provider. */
export const chatWire = (traits: ChatTraits): Wire => ({
  name: 'openai-chat',
  limits: {
    ...(traits.reasoning === 'none' ? { reasoning: 'its chat answers show no thoughts' } : {}),
    ...traits.limits,
  },
  hear: (request) => hearChat(request, traits),
  whole: (script, heard) => ({ body: chatCompletion(script, heard, traits) }),
  stream: (script, heard) => chatChunks(script, heard, traits),
  error: (problem) => chatError(problem, traits),
});
