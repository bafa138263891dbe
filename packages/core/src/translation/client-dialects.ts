import { anthropicMessagesClient } from '../dialects/anthropic-messages/client/index.ts';
import type { ClientDialect, ClientDialectName } from '../dialects/client-dialect.ts';
import { openaiChatClient } from '../dialects/openai-chat/client/index.ts';
import { openaiResponsesClient } from '../dialects/openai-responses/client/index.ts';

/** The formats that clients may speak. */
export const CLIENT_DIALECTS: Readonly<Record<ClientDialectName, ClientDialect>> = {
  'openai-chat': openaiChatClient,
  'openai-responses': openaiResponsesClient,
  'anthropic-messages': anthropicMessagesClient,
};
