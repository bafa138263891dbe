import type { RawRequest } from '@weir/testkit/http';
import { CHAT, UNIFIED_CHAT } from './requests.ts';
import type { RunningGateway } from './running-gateway.ts';

type Sender = Pick<RunningGateway, 'account' | 'token'>;
type Given = Pick<RawRequest, 'headers' | 'body'>;

/** A provider's own API through any gateway, with the first token and no provider key. */
export const nativeOn = (
  sender: Sender,
  gateway: string,
  path: string,
  { headers, body = CHAT }: Given = {},
): RawRequest => ({
  method: 'POST',
  path: `/v1/${sender.account}/${gateway}/${path}`,
  headers: {
    'cf-aig-authorization': `Bearer ${sender.token}`,
    'content-type': 'application/json',
    ...headers,
  },
  body,
});

/** The unified endpoint of the gateway host. */
export const compatOn = (sender: Sender, gateway: string, { headers, body = UNIFIED_CHAT }: Given = {}) =>
  nativeOn(sender, gateway, 'compat/chat/completions', { body, ...(headers ? { headers } : {}) });

/** The unified endpoint of the API host. */
export const apiOn = (
  sender: Sender,
  gateway: string,
  { headers, body = UNIFIED_CHAT }: Given = {},
): RawRequest => ({
  method: 'POST',
  path: `/client/v4/accounts/${sender.account}/ai/v1/chat/completions`,
  headers: {
    authorization: `Bearer ${sender.token}`,
    'cf-aig-gateway-id': gateway,
    'content-type': 'application/json',
    ...headers,
  },
  body,
});
