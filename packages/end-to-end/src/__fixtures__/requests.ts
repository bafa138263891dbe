import type { RawRequest } from '@weir/testkit/http';
import type { RunningGateway } from './running-gateway.ts';

type Sender = Pick<RunningGateway, 'account' | 'token'>;

export const CHAT = JSON.stringify({ model: 'gpt-x', messages: [{ role: 'user', content: 'hello' }] });
export const STREAMED_CHAT = JSON.stringify({ ...JSON.parse(CHAT), stream: true });
export const UNIFIED_CHAT = JSON.stringify({ ...JSON.parse(CHAT), model: 'openai/gpt-x' });

export const PROVIDER_KEY = 'sk-the-callers-own-provider-key';

/** A provider's own API through the gateway `main`, with the first token and the caller's own provider key. */
export function native(sender: Sender, path: string, given: Partial<RawRequest> = {}): RawRequest {
  return {
    method: 'POST',
    body: CHAT,
    ...given,
    path: `/v1/${sender.account}/main/${path}`,
    headers: {
      'cf-aig-authorization': `Bearer ${sender.token}`,
      authorization: `Bearer ${PROVIDER_KEY}`,
      'content-type': 'application/json',
      ...given.headers,
    },
  };
}

/** The unified endpoint on the gateway host. */
export const compat = (sender: Sender, given: Partial<RawRequest> = {}): RawRequest =>
  native(sender, 'compat/chat/completions', { body: UNIFIED_CHAT, ...given });

/** The unified endpoint on the API host; `path` is what follows the account. */
export function api(sender: Sender, given: Partial<RawRequest> = {}): RawRequest {
  return {
    method: 'POST',
    body: UNIFIED_CHAT,
    ...given,
    path: `/client/v4/accounts/${sender.account}/${given.path ?? 'ai/v1/chat/completions'}`,
    headers: {
      authorization: `Bearer ${sender.token}`,
      'cf-aig-gateway-id': 'main',
      'content-type': 'application/json',
      ...given.headers,
    },
  };
}
