export * from './aws-event-frames.ts';
export * from './canned/anthropic-messages.ts';
export * from './canned/gemini.ts';
export * from './canned/openai-chat.ts';
export * from './canned/openai-responses.ts';
export * from './closed-port.ts';
export * from './fault-upstream.ts';
export type { ExchangeEnd, ReceivedRequest, ReceivedRequests } from './received-requests.ts';
export type { OptionValues } from './scenario.ts';
