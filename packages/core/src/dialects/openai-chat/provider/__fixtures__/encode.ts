import { isFault } from '../../../../form/fault.ts';
import type { Json } from '../../../../form/json.ts';
import type { Message, ModelRequest } from '../../../../form/request.ts';
import type { EncodedRequest } from '../../../provider-dialect.ts';
import { type ChatDeviations, chatDialect, deviate } from '../index.ts';
import { request } from './decode.ts';

const TARGET = { provider: { slug: 'test', name: 'Test' }, model: 'some-model' } as const;

export type Own = Parameters<typeof deviate>[0];

/** The request in the format of a provider that differs so from the common ground; a fault is an error here. */
export function encoded(given: Partial<ModelRequest>, own: Own = {}, from?: ChatDeviations): EncodedRequest {
  const result = chatDialect(deviate(own, from)).encodeRequest(request(given), TARGET);
  if (isFault(result)) throw new Error(`${result.path.join('.')}: ${result.message}`);
  return result;
}

export const bodyOf = (given: Partial<ModelRequest>, own?: Own, from?: ChatDeviations): Json =>
  encoded(given, own, from).body;

export const messagesOf = (messages: readonly Message[], own?: Own, from?: ChatDeviations): unknown =>
  bodyOf({ messages }, own, from).messages;

/** What is wrong, as `path: message`; null when nothing is. */
export function faultOf(given: Partial<ModelRequest>, own: Own = {}, from?: ChatDeviations): string | null {
  const result = chatDialect(deviate(own, from)).encodeRequest(request(given), TARGET);
  return isFault(result) ? `${result.path.join('.')}: ${result.message}` : null;
}

export const text = (said: string) => ({ kind: 'text', text: said }) as const;
export const user = (...said: string[]): Message => ({ role: 'user', content: said.map(text) });
export const call = (id: string, name = 'f', args = '{}') =>
  ({ kind: 'tool-call', id, name, arguments: args }) as const;
export const result = (callId: string, ...said: string[]) =>
  ({ kind: 'tool-result', callId, content: said.map(text), isError: false }) as const;
export const PNG = { kind: 'data', mediaType: 'image/png', data: 'iVBORw0KGgo=' } as const;
