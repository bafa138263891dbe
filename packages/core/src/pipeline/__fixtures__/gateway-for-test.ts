import { headerMap } from '../../http/header-map.ts';
import { epochMs } from '../../ids.ts';
import type { UpstreamRequest } from '../../ports/upstream.ts';
import type { RequestRecord } from '../../record/request-record.ts';
import type { Answer } from '../answer.ts';
import type { InboundRequest } from '../inbound-request.ts';
import { runRequest } from '../run-request.ts';
import { ACCOUNT, PortsForTest } from './ports-for-test.ts';
import { read } from './provider-answers.ts';

export * from './ports-for-test.ts';
export * from './provider-answers.ts';

export interface TestRequest {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly from?: string;
}

/** An answer read to its end and settled. */
export interface Outcome {
  readonly answer: Answer;
  readonly status: number;
  readonly body: string;
  header(name: string): string | undefined;
  json(): Record<string, unknown>;
}

/** The pipeline over ports that live in memory. */
export class GatewayForTest extends PortsForTest {
  /** Starts a request; the answer is neither read nor settled. */
  open({ method = 'POST', path, query = '', headers = {}, body = '', from }: TestRequest): Promise<Answer> {
    const request: InboundRequest = {
      method,
      path: path ?? `/v1/${ACCOUNT}/main/openai/v1/chat/completions`,
      rawQuery: query,
      headers: headerMap(Object.entries(headers)),
      body: Buffer.from(body),
      sourceAddress: from ?? '203.0.113.9',
      arrivedAt: epochMs(this.now),
      deadline: epochMs(this.now + 300_000),
    };
    return runRequest(request, this.ports());
  }

  async request(request: TestRequest): Promise<Outcome> {
    const answer = await this.open(request);
    const body = Buffer.concat(await read(answer.body)).toString();
    await answer.settle();
    return {
      answer,
      status: answer.status,
      body,
      header: (name) => answer.headers.get(name)?.[0],
      json: () => JSON.parse(body),
    };
  }

  /** In the order of the steps that they tell of; they are handed over in any. */
  recordsOfSteps(): readonly RequestRecord[] {
    return this.records.toSorted((one, other) => one.step - other.step);
  }

  /** The one record that was written. */
  record(): RequestRecord {
    const [record] = this.records;
    if (!record || this.records.length > 1) throw new Error(`${this.records.length} records instead of one`);
    return record;
  }

  lastSent(): UpstreamRequest {
    const last = this.sent.at(-1);
    if (!last) throw new Error('the provider was not called');
    return last;
  }
}
