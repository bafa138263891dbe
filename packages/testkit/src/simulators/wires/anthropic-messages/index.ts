import { Field, Refused } from '../../request-reader.ts';
import { type StreamedAnswer, sse, type Wire } from '../../wire.ts';
import { FIELDS, hearMessages } from './hear.ts';
import { errorEvent, type MessageEvent, message, messageEvents, messagesError } from './speak.ts';

/** Anthropic's Messages (docs.anthropic.com/en/api/messages). */
export const messagesWire: Wire = {
  name: 'anthropic-messages',
  limits: {},
  hear(request) {
    if (typeof request.headers['anthropic-version'] !== 'string')
      throw new Refused('bad-request', 'anthropic-version: header is required');
    const field = new Field(request.body, '');
    return { ...hearMessages(field, FIELDS), model: field.at('model').text() };
  },
  whole: (script, heard) => ({
    body: message(script, heard.model),
    headers: { 'request-id': 'req_simulated' },
  }),
  stream(script, heard) {
    const { events, firstWords } = messageEvents(script, heard.model);
    const named = (event: MessageEvent) => sse(event, event.type);
    return {
      contentType: 'text/event-stream; charset=utf-8',
      events: events.map(named),
      firstWords,
      failure: (problem) => [named(errorEvent(problem))],
    } satisfies StreamedAnswer;
  },
  error: messagesError,
};
