import { describe, expect, it } from '@jest/globals';
import { holdsError } from '../providers/answer-error.ts';
import { readSse } from '../streaming/sse.ts';
import { streamError } from './stream-error.ts';

const MESSAGE = 'OpenAI broke off:\n\n"quoted" \u2028 ü';

describe('the last event of a stream that broke', () => {
  it.each(['openai-chat', 'xai-chat', 'anthropic-messages', 'gemini', 'bedrock', 'cohere', 'none'] as const)(
    'in %s is one whole event with an error, wherever the stream was cut',
    (dialect) => {
      for (const cut of [
        '',
        'data: {"a":1}\n\n',
        'data: {"a',
        'event: x\ndata: 1\n',
        ': note',
        'data: 1\r\n',
      ]) {
        const text = cut + streamError(dialect, MESSAGE, 2932);
        const last = readSse(Buffer.from(text)).at(-1);
        const data = JSON.parse(last?.data ?? '');
        expect(data.error.message).toBe(MESSAGE);
        expect(holdsError(Buffer.from(text))).toBe(true);
      }
    },
  );

  it('has the names that each SDK looks for', () => {
    const parsed = (dialect: Parameters<typeof streamError>[0]) => {
      const [event] = readSse(Buffer.from(streamError(dialect, 'm', 2932)));
      return [event?.name ?? null, JSON.parse(event?.data ?? '')];
    };
    expect(parsed('anthropic-messages')).toEqual([
      'error',
      { type: 'error', error: { type: 'api_error', message: 'm' } },
    ]);
    expect(parsed('gemini')[1]).toEqual({ error: { code: 502, message: 'm', status: 'UNAVAILABLE' } });
    expect(parsed('openai-chat')[1]).toEqual({
      error: { message: 'm', type: 'server_error', param: null, code: 2932 },
    });
  });
});
