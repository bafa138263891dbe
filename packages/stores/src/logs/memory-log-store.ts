import type {
  AccountId,
  Clock,
  EpochMs,
  GatewayId,
  KeptBody,
  LogDetail,
  LogFeedback,
  LogPage,
  LogPageQuery,
  LogStore,
  RecordId,
  RequestRecord,
} from '@weir/core';
import { headOf } from './body-head.ts';
import { boundedRecord } from './bounded-record.ts';
import { type LogScope, timeOf } from './log-place.ts';
import { contains, type LogWindow, logWindow, startingAt } from './log-window.ts';
import { visibleFrom } from './visible-from.ts';

interface Kept {
  readonly record: RequestRecord;
  feedback: LogFeedback | null;
}

const NO_FEEDBACK: LogFeedback = { feedback: null, score: null, metadata: null };

/** The log store's twin: the same answers, in this process. */
export class MemoryLogStore implements LogStore {
  readonly #clock: Clock;
  readonly #records = new Map<string, Map<RecordId, Kept>>();
  readonly #voidUntil = new Map<string, EpochMs>();

  constructor({ clock }: { readonly clock: Clock }) {
    this.#clock = clock;
  }

  async put(given: RequestRecord): Promise<void> {
    const record = boundedRecord(given);
    const kept = this.#of(record);
    if (!kept.has(record.id)) kept.set(record.id, { record: structuredClone(record), feedback: null });
  }

  async list(query: LogPageQuery): Promise<LogPage> {
    const found = this.#select(query);
    const entries = found.slice(query.skip, query.skip + query.take).map(({ record, feedback }) => {
      const { requestBody: _request, responseBody: _response, ...rest } = record;
      return { record: rest, feedback };
    });
    return { entries, total: found.length };
  }

  async get(account: AccountId, gateway: GatewayId | '~', id: RecordId): Promise<LogDetail | null> {
    const kept = this.#find({ account, gateway }, id);
    if (kept === null) return null;
    const { requestBody, responseBody, ...record } = kept.record;
    return {
      record,
      feedback: kept.feedback,
      requestHead: headOf(requestBody),
      responseHead: headOf(responseBody),
    };
  }

  async body(
    account: AccountId,
    gateway: GatewayId | '~',
    id: RecordId,
    which: 'request' | 'response',
  ): Promise<{ readonly body: KeptBody; readonly contentType: string | null } | null> {
    const record = this.#find({ account, gateway }, id)?.record;
    const body = which === 'request' ? record?.requestBody : record?.responseBody;
    if (!record || !body) return null;
    const sent = which === 'request' ? record.requestContentType : record.responseContentType;
    return { body, contentType: body.contentType ?? sent };
  }

  async giveFeedback(
    account: AccountId,
    gateway: GatewayId,
    id: RecordId,
    change: Partial<LogFeedback>,
  ): Promise<boolean> {
    const kept = this.#find({ account, gateway }, id);
    if (kept === null) return false;
    const given = Object.entries(change).filter(([, value]) => value !== undefined);
    if (given.length > 0) {
      kept.feedback = { ...(kept.feedback ?? NO_FEEDBACK), ...Object.fromEntries(given) };
    }
    return true;
  }

  async deleteMany(query: LogPageQuery): Promise<number> {
    const found = this.#select(query).slice(query.skip, query.skip + query.take);
    for (const { record } of found) this.#of(record).delete(record.id);
    return found.length;
  }

  async deleteOne(account: AccountId, gateway: GatewayId, id: RecordId): Promise<boolean> {
    const scope = { account, gateway };
    return this.#find(scope, id) !== null && this.#of(scope).delete(id);
  }

  async deleteGateway(account: AccountId, gateway: GatewayId, until: EpochMs): Promise<void> {
    const scope = nameOf({ account, gateway });
    const before = this.#voidUntil.get(scope);
    if (before === undefined || before < until) this.#voidUntil.set(scope, until);
  }

  #of(scope: LogScope): Map<RecordId, Kept> {
    const name = nameOf(scope);
    const known = this.#records.get(name) ?? new Map<RecordId, Kept>();
    this.#records.set(name, known);
    return known;
  }

  #find(scope: LogScope, id: RecordId): Kept | null {
    const kept = this.#of(scope).get(id);
    return kept !== undefined && contains(this.#visible(scope, null, null), timeOf(id)) ? kept : null;
  }

  #select({ account, gateway, from, to, direction }: LogPageQuery): Kept[] {
    const scope = { account, gateway };
    const window = this.#visible(scope, from, to);
    const found = [...this.#of(scope).values()]
      .filter(({ record }) => contains(window, timeOf(record.id)))
      .sort((a, b) => (a.record.id < b.record.id ? -1 : 1));
    return direction === 'asc' ? found : found.reverse();
  }

  #visible(scope: LogScope, from: EpochMs | null, to: EpochMs | null): LogWindow {
    const start = visibleFrom(scope, this.#voidUntil.get(nameOf(scope)) ?? null, this.#clock.now());
    return startingAt(logWindow(from, to), start);
  }
}

const nameOf = ({ account, gateway }: LogScope) => `${account}#${gateway}`;
