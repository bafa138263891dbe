import type { UnifiedFormat, UsageDialect } from '../providers/descriptor.ts';

/**
 * The last event of a server-sent stream that broke, in the dialect that the client is reading, so that its SDK raises
 * an error instead of taking a part for the whole (spec/providers 2.6). Begins with a blank line, which ends whatever
 * event was cut.
 */
export function streamError(dialect: UsageDialect | UnifiedFormat, message: string, code: number): string {
  switch (dialect) {
    case 'anthropic-messages':
      return `\n\nevent: error\ndata: ${JSON.stringify({ type: 'error', error: { type: 'api_error', message } })}\n\n`;
    case 'gemini':
      return `\n\ndata: ${JSON.stringify({ error: { code: 502, message, status: 'UNAVAILABLE' } })}\n\n`;
    case 'openai-responses': {
      // The nested form is what the service sends, the flat one what its type file says (spec/providers 2.6).
      const said = { code: String(code), message, param: null };
      const event = { type: 'error', ...said, error: { type: 'server_error', ...said } };
      return `\n\nevent: error\ndata: ${JSON.stringify(event)}\n\n`;
    }
    case 'openai-chat':
    case 'embeddings':
    case 'xai-chat':
    case 'bedrock':
    case 'cohere':
    case 'none':
      return `\n\ndata: ${JSON.stringify({ error: { message, type: 'server_error', param: null, code } })}\n\n`;
  }
}
