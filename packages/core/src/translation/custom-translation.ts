import { chatDialect, deviate, OPEN_MODELS } from '../dialects/openai-chat/provider/index.ts';
import type { ProviderTranslation } from '../providers/provider-translation.ts';

type Chat = ReturnType<typeof chatDialect>;
const dialects = new Map<string, Chat>();

/** How a custom provider is spoken to: it is taken for a server of open models (spec 5.15-3). */
export function customTranslation(slug: string, path: string): ProviderTranslation {
  const chat = chatAt(path);
  return { slug, dialectFor: () => chat };
}

/** One for each path, of which there are two. */
function chatAt(path: string): Chat {
  const found = dialects.get(path);
  if (found) return found;
  const chat = chatDialect(deviate({ address: (model) => ({ path, model }) }, OPEN_MODELS));
  dialects.set(path, chat);
  return chat;
}
