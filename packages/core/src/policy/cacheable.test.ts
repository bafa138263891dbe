import { describe, expect, it, test } from '@jest/globals';
import { followerPause, isCacheableRequest, isStorable, keepsState } from './cacheable.ts';

describe('what may be cached (spec 5.4-6)', () => {
  test.each([
    ['application/json', true],
    ['application/json; charset=utf-8', true],
    ['application/problem+json', true],
    ['text/event-stream', true],
    ['text/plain', true],
    ['image/png', true],
    ['application/x-ndjson', true],
    ['application/vnd.amazon.eventstream', true],
    ['audio/mpeg', false],
    ['video/mp4', false],
    ['application/octet-stream', false],
    ['multipart/mixed', false],
    ['', false],
  ])('an answer of %j: %s', (type, kept) => {
    expect(isStorable(200, type)).toBe(kept);
  });

  test.each([
    [200, true],
    [201, true],
    [204, false],
    [206, false],
    [302, false],
    [400, false],
    [429, false],
    [500, false],
  ])('status %d: %s', (status, kept) => {
    expect(isStorable(status, 'application/json')).toBe(kept);
  });

  it('is an answer to a POST of at most 25 MB: other methods read what changes, or change it', () => {
    expect(isCacheableRequest('POST', 25 * 1024 * 1024)).toBe(true);
    expect(isCacheableRequest('POST', 25 * 1024 * 1024 + 1)).toBe(false);
    for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'])
      expect(isCacheableRequest(method, 0)).toBe(false);
  });

  test.each([
    ['threads', true],
    ['v1/threads/thread_1/messages', true],
    ['v1/realtime/client_secrets', true],
    ['v1/messages/batches', true],
    ['v1beta/cachedContents', true],
    ['v1/agents', true],
    ['v1/agents/completions', false],
    ['v1/chat/completions', false],
    ['v1/messages', false],
    ['v1beta/models/gemini-2.5-pro:generateContent', false],
    ['models/an-org/threads-of-thought', false],
    ['', false],
  ])('a POST to %j keeps something at the provider: %s', (path, kept) => {
    expect(keepsState(path)).toBe(kept);
  });

  it('whose followers look often at first and twice a second at last, never all at once', () => {
    const pauses = [0, 1, 2, 3, 4, 5, 50].map((round) => followerPause(round, 0.5));
    expect(pauses).toEqual([50, 85, 144, 246, 418, 500, 500]);
    expect([followerPause(9, 0), followerPause(9, 0.999)]).toEqual([375, 625]);
  });
});
