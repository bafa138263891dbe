export interface SseEvent {
  /** The `event:` field; empty when the event has none. */
  readonly name: string;
  /** The `data:` lines, joined with line feeds. */
  readonly data: string;
}

export interface SseParser {
  push(bytes: Uint8Array): void;
  /** After the last chunk: an event that no blank line ended is given out as well. */
  end(): void;
}

/**
 * Reads server-sent events from chunks that may be cut anywhere, inside a character or a line end too.
 *
 * Follows the WHATWG algorithm (`\n`, `\r\n` and `\r` end a line, a byte order mark may come first, comments and unknown
 * fields are skipped, one space after the colon is dropped, an event without data is none) but for two things that matter
 * with providers (spec/providers 2.1): they forget the last blank line, and some write a failure in mid-stream as bare
 * JSON without `data:`, which is given out as an event.
 */
export function sseParser(onEvent: (event: SseEvent) => void): SseParser {
  const decoder = new TextDecoder();
  /** Pieces of the unfinished line, joined once: a line of many chunks stays linear in its length. */
  let pieces: string[] = [];
  let afterReturn = false;
  let name = '';
  let data: string[] = [];
  let isBare = false;

  const endEvent = () => {
    if (data.length > 0) onEvent({ name, data: data.join('\n') });
    name = '';
    data = [];
    isBare = false;
  };

  const readLine = (line: string) => {
    if (line === '') return endEvent();
    isBare ||= data.length === 0 && line.startsWith('{');
    if (isBare) {
      data.push(line);
      return;
    }
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') data.push(value);
    else if (field === 'event') name = value;
  };

  const readText = (text: string) => {
    let at = 0;
    if (afterReturn && text !== '') {
      if (text.startsWith('\n')) at = 1;
      afterReturn = false;
    }
    LINE_END.lastIndex = at;
    for (let end = LINE_END.exec(text); end; end = LINE_END.exec(text)) {
      pieces.push(text.slice(at, end.index));
      const line = pieces.length === 1 ? pieces[0] : pieces.join('');
      pieces = [];
      readLine(line ?? '');
      at = LINE_END.lastIndex;
      // A lone `\r` at the end may be half of a `\r\n`.
      afterReturn = at === text.length && text.endsWith('\r');
    }
    if (at < text.length) pieces.push(text.slice(at));
  };

  return {
    push: (bytes) => readText(decoder.decode(bytes, { stream: true })),
    end() {
      readText(decoder.decode());
      if (pieces.length > 0) readLine(pieces.join(''));
      endEvent();
    },
  };
}

const LINE_END = /\r\n|\n|\r/g;

/** All events of a whole text. */
export function readSse(bytes: Uint8Array): SseEvent[] {
  const events: SseEvent[] = [];
  const parser = sseParser((event) => events.push(event));
  parser.push(bytes);
  parser.end();
  return events;
}
