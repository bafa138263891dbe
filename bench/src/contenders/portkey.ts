import { createRequire } from 'node:module';
import { Child, untilReady } from '../processes/child.ts';
import { freePort } from '../processes/free-port.ts';
import { type Contender, PROVIDER_KEY } from './contender.ts';

const require = createRequire(new URL('../../package.json', import.meta.url));

/** The peer as its documentation starts it on a server: the published build, without its log page, in production mode. */
export async function startPortkey(upstreamUrl: string): Promise<Contender> {
  const port = await freePort();
  const child = new Child({
    arguments: [require.resolve('@portkey-ai/gateway/build/start-server.js'), `--port=${port}`, '--headless'],
    env: { NODE_ENV: 'production' },
    probed: true,
  });
  const url = `http://127.0.0.1:${port}`;
  await untilReady(child, () => fetch(url));
  return {
    name: 'portkey',
    url: `${url}/v1/chat/completions`,
    headers: {
      authorization: PROVIDER_KEY,
      'x-portkey-provider': 'openai',
      'x-portkey-custom-host': `${upstreamUrl}/v1`,
    },
    model: 'gpt-4o-mini',
    translated: {
      url: `${url}/v1/chat/completions`,
      headers: {
        authorization: PROVIDER_KEY,
        'x-portkey-provider': 'anthropic',
        'x-portkey-custom-host': `${upstreamUrl}/v1`,
      },
      model: 'claude-sonnet-4-5',
    },
    process: child,
    stop: () => child.stop(),
  };
}
