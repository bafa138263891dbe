import { type HeaderMap, header } from '../http/header-map.ts';

/** Server-sent events that we can read. */
export const isEvents = (headers: HeaderMap) =>
  /text\/event-stream/i.test(header(headers, 'content-type') ?? '') &&
  (header(headers, 'content-encoding') ?? 'identity') === 'identity';

/** Events of any kind, AWS's frames too. */
export const isEventStream = (headers: HeaderMap) =>
  /event-?stream/i.test(header(headers, 'content-type') ?? '');
