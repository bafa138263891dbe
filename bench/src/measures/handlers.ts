import type { FaultUpstream, OptionValues } from '@weir/testkit';
import { faultHeader } from '@weir/testkit';
import type { RawRequest } from '@weir/testkit/http';
import type { WeirContender } from '../contenders/weir.ts';

/** Processes of the deployed provider function on the same stores, and the provider that they all call. */
export interface Handlers {
  readonly weir: WeirContender;
  readonly upstream: FaultUpstream;
  /** Their base URLs. */
  readonly at: readonly string[];
}

interface Chat {
  readonly gateway: string;
  readonly streamed?: boolean;
  /** Of a stream that the provider answers with. */
  readonly events?: OptionValues;
}

let asked = 0;

/** A chat completion that nobody asked for before. */
export function newChat({ weir }: Handlers, { gateway, streamed = false, events }: Chat): RawRequest {
  const { accountId } = weir.host;
  const fault = streamed ? faultHeader('sse', events) : faultHeader('openai-chat');
  return {
    method: 'POST',
    path: `/v1/${accountId}/${gateway}/openai/chat/completions`,
    headers: { ...weir.headers, 'content-type': 'application/json', 'x-fault': fault },
    body: JSON.stringify({
      model: 'gpt-4o-mini',
      messages: [{ role: 'user', content: `question ${asked++}` }],
      ...(streamed ? { stream: true } : {}),
    }),
  };
}

/** The same question, to which the provider now answers otherwise. */
export const answeredOtherwise = (request: RawRequest, events: OptionValues): RawRequest => ({
  ...request,
  headers: { ...request.headers, 'x-fault': faultHeader('sse', events) },
});
