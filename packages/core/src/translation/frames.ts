import type { DecodeContext, Frame, ProviderDialect } from '../dialects/provider-dialect.ts';
import type { ModelEvent } from '../form/events.ts';
import { awsFrameParser, isAwsEventStream } from '../streaming/aws-event-stream.ts';
import { sseParser } from '../streaming/sse.ts';

export interface FrameParser {
  push(bytes: Uint8Array): void;
  end(): void;
}

/** Cuts a provider's bytes into its frames. `onFault`: what came cannot be one of them, and nothing follows. */
export function frameParser(
  framing: ProviderDialect['framing'],
  onFrame: (frame: Frame) => void,
  onFault: (message: string) => void,
): FrameParser {
  switch (framing) {
    case 'sse':
      return sseParser((event) => onFrame({ kind: 'sse', ...event }));
    case 'aws-event-stream':
      return awsFrameParser({
        frame: (frame) => onFrame({ kind: 'aws', ...frame }),
        fault: (fault) => onFault(`The provider's event stream is damaged (${fault}).`),
      });
    case 'lines':
      return lineParser((text) => onFrame({ kind: 'line', text }));
  }
}

function lineParser(onLine: (line: string) => void): FrameParser {
  const decoder = new TextDecoder();
  let rest = '';
  const read = (text: string) => {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') onLine(line);
  };
  return {
    push: (bytes) => read(decoder.decode(bytes, { stream: true })),
    end: () => read(`${decoder.decode()}\n`),
  };
}

const SSE_START = /^(?:\u{feff})?(?:data|event|id|retry|):/u;

/** Whether a body that should have been JSON is a stream of events. */
export function looksLikeStream(bytes: Uint8Array): boolean {
  if (isAwsEventStream(bytes)) return true;
  return SSE_START.test(Buffer.from(bytes.subarray(0, 16)).toString('utf8').trimStart());
}

/** The events of a stream that is all here: its bytes, or (Gemini without `alt=sse`) the array that it is one of. */
export function decodeWholeStream(
  provider: ProviderDialect,
  context: DecodeContext,
  content: Uint8Array | readonly unknown[],
): readonly ModelEvent[] {
  const decoder = provider.decodeStream(context);
  const events: ModelEvent[] = [];
  const onFrame = (frame: Frame) => void events.push(...decoder.push(frame));
  if (content instanceof Uint8Array) {
    const framing = isAwsEventStream(content) ? 'aws-event-stream' : 'sse';
    const parser = frameParser(framing, onFrame, () => {});
    parser.push(content);
    parser.end();
  } else for (const item of content) onFrame({ kind: 'sse', name: '', data: JSON.stringify(item) });
  return [...events, ...decoder.end()];
}
