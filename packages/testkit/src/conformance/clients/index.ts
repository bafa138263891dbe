import { messagesClient } from './anthropic-messages.ts';
import type { ConformanceClient } from './client.ts';
import { chatClient } from './openai-chat.ts';
import { responsesClient } from './openai-responses.ts';

export const CONFORMANCE_CLIENTS: readonly ConformanceClient[] = [
  chatClient,
  responsesClient,
  messagesClient,
];
