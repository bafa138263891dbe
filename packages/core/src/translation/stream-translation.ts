import type { DecodeContext, Frame } from '../dialects/provider-dialect.ts';
import { isUseful, type ModelEvent } from '../form/events.ts';
import { isModelError, type ModelError } from '../form/model-error.ts';
import { unfoldResponse } from '../form/unfold-response.ts';
import type { StreamTranslation, TranslatedPiece } from '../ports/translation.ts';
import type { StreamFault } from '../streaming/byte-stream.ts';
import { frameParser } from './frames.ts';
import { decodeWhole, type Ends, errorAnswer } from './whole-answer.ts';

const NOTHING: TranslatedPiece = { text: '', useful: false, failure: null };
/** A stream that begins like JSON is one body (spec/providers 2.1-3). No provider's answer is larger. */
const MAX_BODY = 32 * 1024 * 1024;

/** Takes one streamed answer from the provider's frames to the client's events. */
export function streamTranslation(ends: Ends, context: DecodeContext): StreamTranslation {
  const translation = new Translation(ends, context);
  return {
    push: (bytes) => translation.push(bytes),
    end: (fault) => translation.end(fault),
    keepAlive: ends.client.keepAlive,
  };
}

class Translation {
  readonly #ends: Ends;
  readonly #context: DecodeContext;
  readonly #decoder;
  readonly #encoder;
  readonly #parser;
  #shape: 'unknown' | 'frames' | 'body' = 'unknown';
  readonly #body: Uint8Array[] = [];
  #bodySize = 0;
  #events: ModelEvent[] = [];
  #over = false;

  constructor(ends: Ends, context: DecodeContext) {
    this.#ends = ends;
    this.#context = context;
    this.#decoder = ends.provider.decodeStream(context);
    this.#encoder = ends.client.encodeStream(ends.answer);
    this.#parser = frameParser(
      ends.provider.framing,
      (frame) => this.#frame(frame),
      (message) => this.#events.push(failed(message)),
    );
  }

  push(bytes: Uint8Array): TranslatedPiece {
    if (this.#over) return NOTHING;
    if (this.#shape === 'unknown') this.#shape = this.#shapeOf(bytes);
    if (this.#shape === 'body') return this.#keep(bytes);
    this.#parser.push(bytes);
    return this.#write();
  }

  end(fault: StreamFault | null): TranslatedPiece {
    if (this.#over) return NOTHING;
    if (this.#shape === 'body') this.#readBody(fault);
    else {
      this.#parser.end();
      this.#events.push(...(fault ? [failed(fault.message)] : this.#decoder.end()));
    }
    return this.#write();
  }

  #frame(frame: Frame): void {
    for (const event of this.#decoder.push(frame)) this.#events.push(event);
  }

  #shapeOf(bytes: Uint8Array): 'unknown' | 'frames' | 'body' {
    if (this.#ends.provider.framing !== 'sse') return 'frames';
    for (const byte of bytes) {
      if (byte === 0x7b || byte === 0x5b) return 'body';
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return 'frames';
    }
    return 'unknown';
  }

  #keep(bytes: Uint8Array): TranslatedPiece {
    this.#bodySize += bytes.length;
    if (this.#bodySize <= MAX_BODY) this.#body.push(bytes);
    return NOTHING;
  }

  #readBody(fault: StreamFault | null): void {
    if (fault || this.#bodySize > MAX_BODY) {
      this.#events.push(failed(fault?.message ?? 'The provider’s answer is too large.'));
      return;
    }
    const bytes = Buffer.concat(this.#body);
    const decoded = decodeWhole(this.#ends, {
      headers: this.#context.headers,
      bytes,
      text: bytes.toString('utf8'),
    });
    this.#events.push(
      ...(isModelError(decoded) ? [{ kind: 'failed', error: decoded } as const] : unfoldResponse(decoded)),
    );
  }

  /** What the events since the last call are to the client. */
  #write(): TranslatedPiece {
    if (this.#events.length === 0) return NOTHING;
    const events = this.#events;
    this.#events = [];
    let text = '';
    let useful = false;
    let failure: ModelError | null = null;
    for (const event of events) {
      text += this.#encoder.write(event);
      useful ||= isUseful(event);
      if (event.kind === 'failed') failure = event.error;
      if (event.kind === 'failed' || event.kind === 'end') this.#over = true;
    }
    return { text, useful, failure: failure && errorAnswer(this.#ends, failure) };
  }
}

const failed = (message: string): ModelEvent => ({
  kind: 'failed',
  error: {
    kind: 'error',
    class: 'upstream',
    message,
    status: 502,
    code: null,
    parameter: null,
    raw: null,
  },
});
