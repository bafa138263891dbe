import { type RawAnswer, sendRaw } from '@weir/testkit/http';
import { eventually } from './eventually.ts';

/** Whose logs, and where. */
export interface LogReader {
  readonly baseUrl: string;
  readonly account: string;
  readonly token: string;
}

export interface ListedLog {
  readonly id: string;
  readonly event_id: string;
  readonly status_code: number;
  readonly success: boolean;
  readonly refused_by?: string;
  /** Dollars; absent: not known. */
  readonly cost?: number;
  readonly custom_cost?: boolean;
  readonly price_book?: string;
  readonly price?: unknown;
  readonly usage_source?: string;
  readonly key_source?: string;
  readonly tokens_in: number | null;
  readonly tokens_out: number | null;
  readonly warnings: readonly string[];
}

const PAGE = 50;

/** All logs of a gateway, as a client of the log API gets them. */
async function listLogs(reader: LogReader, gateway: string): Promise<ListedLog[]> {
  const logs: ListedLog[] = [];
  for (let page = 1; ; page += 1) {
    const answer = await readLogs(reader, gateway, `?page=${page}&per_page=${PAGE}`);
    if (answer.status !== 200) throw new Error(`listing logs: ${answer.status} ${answer.body}`);
    const { result }: { result: ListedLog[] } = JSON.parse(answer.body.toString());
    if (result.length === 0) return logs;
    logs.push(...result);
  }
}

/** Waits for the one log of an event among the latest. */
export const logOf = (reader: LogReader, gateway: string, eventId: string): Promise<ListedLog> =>
  eventually(`the log of ${eventId}`, async () => {
    const { body } = await readLogs(reader, gateway, `?per_page=${PAGE}&order_by_direction=desc`);
    const { result }: { result: ListedLog[] } = JSON.parse(body.toString());
    return result.find(({ event_id }) => event_id === eventId) ?? null;
  });

/** One call of the log API, repeated as long as it says 503: the store did not answer in time on a busy machine. */
export function readLogs(
  { baseUrl, account, token }: LogReader,
  gateway: string,
  path: string,
): Promise<RawAnswer> {
  return eventually('the log API to read its store', async () => {
    const answer = await sendRaw(baseUrl, {
      path: `/client/v4/accounts/${account}/ai-gateway/gateways/${gateway}/logs${path}`,
      headers: { authorization: `Bearer ${token}` },
    });
    return answer.status === 503 ? null : answer;
  });
}

/** Waits until the list no longer grows: nothing new for so many milliseconds. */
export async function settledLogs(reader: LogReader, gateway: string, quietMs: number): Promise<ListedLog[]> {
  let size = -1;
  let since = Date.now();
  return eventually(
    'the logs to settle',
    async () => {
      const logs = await listLogs(reader, gateway);
      if (logs.length !== size) {
        size = logs.length;
        since = Date.now();
      }
      return Date.now() - since >= quietMs ? logs : null;
    },
    20_000,
  );
}
