import type { UsageDialect } from '../providers/descriptor.ts';

/**
 * The last event of a server-sent stream that broke, in the dialect that the client is reading, so that its SDK raises
 * an error instead of taking a part for the whole (spec/providers 2.6). Begins with a blank line, which ends whatever
 * event was cut.
 */
export function streamError(dialect: UsageDialect, message: string, code: number): string {
  switch (dialect) {
    case 'anthropic-messages':
      return `\n\nevent: error\ndata: ${JSON.stringify({ type: 'error', error: { type: 'api_error', message } })}\n\n`;
    case 'gemini':
      return `\n\ndata: ${JSON.stringify({ error: { code: 502, message, status: 'UNAVAILABLE' } })}\n\n`;
    case 'openai-chat':
    case 'xai-chat':
    case 'bedrock':
    case 'cohere':
    case 'none':
      return `\n\ndata: ${JSON.stringify({ error: { message, type: 'server_error', param: null, code } })}\n\n`;
  }
}
