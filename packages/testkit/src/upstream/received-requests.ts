import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type HeaderMap, headerMap } from '@weir/core';

/** How an exchange ended, seen from the upstream. `left`: the caller closed before the answer was complete. */
export type ExchangeEnd = 'open' | 'answered' | 'left' | 'cut-by-upstream';

/** One request as it came over the wire. Body fields are complete once the upstream has begun to answer. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path and query as received, without the part that chose the scenario. */
  readonly url: string;
  readonly headers: HeaderMap;
  /** The first {@link KEPT_BODY_BYTES} bytes. */
  readonly body: Uint8Array;
  readonly bodySize: number;
  /** Hex, of the whole body. */
  readonly bodySha256: string;
  readonly scenario: string;
  readonly end: ExchangeEnd;
}

/** What a fault upstream has seen. */
export interface ReceivedRequests {
  /** Since the start or the last `clear`, whether kept or not. */
  readonly total: number;
  /** The latest ones, oldest first; at most {@link KEPT_REQUESTS}. */
  readonly latest: readonly ReceivedRequest[];
  /** @throws when nothing was received. */
  last(): ReceivedRequest;
  clear(): void;
  /** Resolves when `predicate` holds for some kept request; checked at each arrival and each end. */
  waitFor(predicate: (request: ReceivedRequest) => boolean): Promise<ReceivedRequest>;
}

const KEPT_REQUESTS = 200;
const KEPT_BODY_BYTES = 1024 * 1024;

/** The upstream's own, writable view of a request. */
export class RequestInProgress implements ReceivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: HeaderMap;
  readonly scenario: string;
  body: Uint8Array = new Uint8Array(0);
  bodySize = 0;
  bodySha256 = '';
  end: ExchangeEnd = 'open';

  constructor(message: IncomingMessage, url: string, scenario: string) {
    this.method = message.method ?? '';
    this.url = url;
    this.headers = headerMap(pairs(message.rawHeaders));
    this.scenario = scenario;
  }

  /** Reads to the end, hashing as it goes, so that a body of any size costs no memory. */
  async read(message: IncomingMessage): Promise<void> {
    const hash = createHash('sha256');
    const kept: Buffer[] = [];
    for await (const chunk of message as AsyncIterable<Buffer>) {
      hash.update(chunk);
      if (this.bodySize < KEPT_BODY_BYTES) kept.push(chunk.subarray(0, KEPT_BODY_BYTES - this.bodySize));
      this.bodySize += chunk.length;
    }
    this.body = Buffer.concat(kept);
    this.bodySha256 = hash.digest('hex');
  }
}

export class RequestLog implements ReceivedRequests {
  total = 0;
  #latest: RequestInProgress[] = [];
  #waiting = new Set<() => void>();

  get latest(): readonly ReceivedRequest[] {
    return this.#latest;
  }

  last(): ReceivedRequest {
    const last = this.#latest.at(-1);
    if (!last) throw new Error('the fault upstream has received no request');
    return last;
  }

  clear(): void {
    this.total = 0;
    this.#latest = [];
  }

  waitFor(predicate: (request: ReceivedRequest) => boolean): Promise<ReceivedRequest> {
    return new Promise((resolve) => {
      const check = () => {
        const found = this.#latest.find(predicate);
        if (!found) return;
        this.#waiting.delete(check);
        resolve(found);
      };
      this.#waiting.add(check);
      check();
    });
  }

  add(request: RequestInProgress): void {
    this.total += 1;
    this.#latest.push(request);
    if (this.#latest.length > KEPT_REQUESTS) this.#latest.shift();
    this.changed();
  }

  changed(): void {
    for (const check of [...this.#waiting]) check();
  }
}

function* pairs(rawHeaders: readonly string[]): Generator<readonly [string, string]> {
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) yield [rawHeaders[i] ?? '', rawHeaders[i + 1] ?? ''];
}
