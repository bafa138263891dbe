import { isJson, type Json, parseJson, textAt } from '../../form/json.ts';
import { isAwsEventStream, readAwsFrames } from '../../streaming/aws-event-stream.ts';
import { readSse } from '../../streaming/sse.ts';
import { assembleChat } from './chat.ts';
import { assembleCohere } from './cohere.ts';
import { assembleConverse, type ConverseEvent } from './converse.ts';
import { assembleGemini } from './gemini.ts';
import { assembleMessages } from './messages.ts';
import { assembleResponses } from './responses.ts';
import { assembleWorkersAi } from './workers-ai.ts';

/**
 * One object as the provider would have answered without streaming, from the kept bytes of a stream. The dialect is told
 * by the events themselves. A stream that broke off gives what had come, so its finish reason is missing; an error in it
 * stands under `error`. Null when the bytes are no stream of a known dialect.
 *
 * For people who read logs: padding is left out, and nothing is normalised beyond putting pieces together.
 */
export function assembleStreamedAnswer(bytes: Uint8Array): Json | null {
  if (isAwsEventStream(bytes)) return assembleFrames(bytes);
  // A whole body: read as events it would be one of them, since providers write failures as bare JSON.
  if (startsLike(bytes, BODY)) return null;
  return assembleEvents(listed(bytes) ?? readSse(bytes).map(({ data }) => parseJson(data)));
}

/** Gemini without `alt=sse` streams one growing list. Null when the bytes are none. */
function listed(bytes: Uint8Array): readonly unknown[] | null {
  if (!startsLike(bytes, LIST)) return null;
  const list = parseJson(Buffer.from(bytes).toString());
  return Array.isArray(list) ? list : null;
}

const LIST = /^\s*\[/;
const BODY = /^\s*\{/;

const startsLike = (bytes: Uint8Array, pattern: RegExp): boolean =>
  pattern.test(Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 64)).toString());

type Assembler = (events: readonly Json[]) => Json | null;

function assembleEvents(payloads: readonly unknown[]): Json | null {
  const events = payloads.filter(isJson);
  for (const event of events) {
    const assemble = assemblerFor(event);
    if (assemble) return assemble(events);
  }
  return null;
}

/** Null for events that any dialect may begin with: pings and errors. */
function assemblerFor(event: Json): Assembler | null {
  const type = textAt(event, 'type') ?? '';
  if (type === 'message_start') return assembleMessages;
  if (type === 'message-start') return assembleCohere;
  if (type.startsWith('response.')) return assembleResponses;
  if (Array.isArray(event.choices)) return assembleChat;
  if (Array.isArray(event.candidates) || isJson(event.promptFeedback)) return assembleGemini;
  return 'response' in event ? assembleWorkersAi : null;
}

function assembleFrames(bytes: Uint8Array): Json | null {
  const wrapped: Json[] = [];
  const events: ConverseEvent[] = [];
  for (const { headers, payload } of readAwsFrames(bytes).frames) {
    const content = parseJson(Buffer.from(payload).toString());
    if (!isJson(content)) continue;
    const type = headers.get(':event-type') ?? headers.get(':exception-type') ?? '';
    const inner = type === 'chunk' ? textAt(content, 'bytes') : null;
    const event = inner === null ? null : parseJson(Buffer.from(inner, 'base64').toString());
    if (isJson(event)) wrapped.push(event);
    else events.push({ type, isException: headers.get(':message-type') === 'exception', content });
  }
  return wrapped.length > 0 ? assembleEvents(wrapped) : assembleConverse(events);
}
