import type { ServerResponse } from 'node:http';
import { DELIMITER, type StreamTarget } from '../functions/response-stream.ts';
import { frameOf, LAST_FRAME } from './chunk-frame.ts';
import { atEndOfTurn } from './end-of-turn.ts';
import { HEADER_BYTES, headerBytes, PRELUDE_BYTES } from './limits.ts';
import { parsePrelude } from './prelude.ts';
import { type ResponseHead, responseHead } from './response-head.ts';

const NOTHING = Buffer.alloc(0);

/** Frames of one turn wait up to here; then the function waits. Bytes. */
const HELD_BYTES = 64 * 1024;

/** Why the bytes of a function are no answer that API Gateway would relay. */
export class MalformedAnswer extends Error {
  override readonly name = 'MalformedAnswer';
}

/**
 * Reads a streaming function's bytes as API Gateway does: metadata, eight NUL bytes, then the body, which goes to the
 * client chunk by chunk as it comes. A client that is slow holds the function back; a client that has gone does not
 * stop it: its chunks are taken and dropped, as on AWS.
 */
export class StreamedAnswer implements StreamTarget {
  readonly #response: ServerResponse;
  readonly #requestId: string;
  readonly #refuse: (reason: MalformedAnswer) => void;
  /** What came before the end of the prelude, or null when the body has begun. */
  #opening: Buffer | null = NOTHING;
  /** The function waits for the client to take what it has. */
  #waiting: (() => void) | null = null;
  #discards = false;
  #bodyBegun = false;
  /** The body goes out in chunks, which are framed here and not by the response. */
  #frames = false;
  /** Frames that go out at the end of this turn. */
  #held: Buffer[] = [];
  #heldBytes = 0;

  /** @param refuse called at most once, before anything was sent: the answer is not one. */
  constructor(response: ServerResponse, requestId: string, refuse: (reason: MalformedAnswer) => void) {
    this.#response = response;
    this.#requestId = requestId;
    this.#refuse = refuse;
    response.on('drain', () => this.#resume());
    response.on('close', () => this.discard());
  }

  /** True when the client has the status line, or nothing that follows could reach it. */
  get begun(): boolean {
    return this.#opening === null;
  }

  /** Takes everything that still comes and sends nothing of it. */
  discard(): void {
    this.#discards = true;
    this.#held = [];
    this.#resume();
  }

  open(metadata: string): void {
    if (this.#discards) return;
    // Behind other bytes it is no metadata but part of what they are.
    if (this.#opening?.length === 0 && Buffer.byteLength(metadata) <= PRELUDE_BYTES) this.#begin(metadata);
    else this.write(Buffer.concat([Buffer.from(metadata), DELIMITER]), () => undefined);
  }

  write(chunk: Buffer, done: () => void): void {
    if (this.#discards) {
      done();
      return;
    }
    const body = this.#opening === null ? chunk : this.#readOpening(this.#opening, chunk);
    if (body === null || body.length === 0) {
      if (body !== null) this.#sendHeadSoon();
      done();
      return;
    }
    this.#bodyBegun = true;
    if (this.#send(body)) done();
    else this.#waiting = done;
  }

  end(): void {
    if (this.#discards) return;
    if (this.#opening === null) {
      this.#flush();
      this.#response.end(this.#frames ? LAST_FRAME : undefined);
    } else
      this.#malformed(
        'it ended before its metadata did: write once, if only an empty string, before the end',
      );
  }

  /** @returns false when the client should take what it has first. */
  #send(body: Buffer): boolean {
    if (!this.#frames) return this.#response.write(body);
    if (this.#held.length === 0) atEndOfTurn(this.#flush);
    this.#held.push(...frameOf(body));
    this.#heldBytes += body.length;
    return this.#heldBytes < HELD_BYTES && !this.#response.writableNeedDrain;
  }

  readonly #flush = (): void => {
    if (this.#held.length === 0) return;
    const frames = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    let ready = true;
    for (const frame of frames) ready = this.#response.write(frame);
    if (ready) this.#resume();
  };

  #resume(): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.();
  }

  /** @returns what of the body is there already; null when there is nothing to send yet. */
  #readOpening(before: Buffer, chunk: Buffer): Buffer | null {
    const opening = before.length === 0 ? chunk : Buffer.concat([before, chunk]);
    const end = opening.indexOf(DELIMITER);
    if (end === -1 || end > PRELUDE_BYTES) {
      this.#opening = opening;
      if (opening.length > PRELUDE_BYTES) this.#malformed(`no metadata in its first ${PRELUDE_BYTES} bytes`);
      return null;
    }
    if (!this.#begin(opening.toString('utf8', 0, end))) return null;
    return opening.subarray(end + DELIMITER.length);
  }

  /** @returns false when the answer was refused. */
  #begin(metadata: string): boolean {
    const head = this.#readHead(metadata);
    if (head === null || !this.#writeHead(head)) return false;
    this.#opening = null;
    return true;
  }

  #readHead(text: string): ResponseHead | null {
    try {
      return responseHead(parsePrelude(text), this.#requestId);
    } catch (error) {
      this.#malformed(`its metadata is not valid: ${error instanceof Error ? error.message : String(error)}`);
      return null;
    }
  }

  #writeHead({ status, headers }: ResponseHead): boolean {
    if (headerBytes(headers) > HEADER_BYTES) {
      this.#malformed(`its headers are larger than ${HEADER_BYTES} bytes`);
      return false;
    }
    try {
      this.#response.writeHead(status, [...headers]);
      // The head says it already; from now on the response takes bytes as they are.
      this.#frames = this.#response.chunkedEncoding;
      this.#response.chunkedEncoding = false;
    } catch (error) {
      this.#malformed(`its headers are not valid: ${error instanceof Error ? error.message : String(error)}`);
      return false;
    }
    return true;
  }

  /** The head goes out even when the body keeps the client waiting, but in one packet with a body that is there. */
  #sendHeadSoon(): void {
    if (this.#bodyBegun) return;
    setImmediate(() => {
      if (!this.#bodyBegun && !this.#response.writableEnded) this.#response.flushHeaders();
    });
  }

  #malformed(reason: string): void {
    this.#discards = true;
    this.#refuse(new MalformedAnswer(`the function's answer was refused: ${reason}`));
  }
}
