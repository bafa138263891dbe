import { type Contender, PROVIDER_KEY } from './contender.ts';

export function direct(upstreamUrl: string): Contender {
  return {
    name: 'direct',
    url: `${upstreamUrl}/v1/chat/completions`,
    headers: { authorization: PROVIDER_KEY },
    model: 'gpt-4o-mini',
    translated: {
      url: `${upstreamUrl}/v1/messages`,
      headers: { 'x-api-key': 'sk-bench', 'anthropic-version': '2023-06-01' },
      model: 'claude-sonnet-4-5',
    },
    process: null,
    async stop() {},
  };
}
