import { type Contender, PROVIDER_KEY } from './contender.ts';

export function direct(upstreamUrl: string): Contender {
  return {
    name: 'direct',
    url: `${upstreamUrl}/v1/chat/completions`,
    headers: { authorization: PROVIDER_KEY },
    process: null,
    async stop() {},
  };
}
