import { Refusal } from '@weir/core';
import type { GatewayCall } from '../access/endpoints.ts';
import { findGateway } from '../gateways/read-gateways.ts';
import { type ManagementAnswer, succeedWithPage } from '../http/answer.ts';
import { skipOf } from '../http/query.ts';
import type { ManagementPorts } from '../ports.ts';
import { readListQuery } from './list-query.ts';
import { viewLog } from './log-view.ts';

/** The gateway's logs, newest first unless asked otherwise. */
export async function listLogs(
  call: GatewayCall,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const query = readListQuery(call.request);
  if (query instanceof Refusal) return query;
  const gateway = await findGateway(call, ports);
  if (gateway instanceof Refusal) return gateway;
  const { entries, total } = await ports.logs.list({
    account: call.account,
    gateway: gateway.id,
    from: query.start_date ?? null,
    to: query.end_date ?? null,
    direction: query.order_by_direction ?? query.direction ?? 'desc',
    skip: skipOf(query),
    take: query.per_page,
  });
  const info = { page: query.page, per_page: query.per_page, count: entries.length, total_count: total };
  return succeedWithPage(entries.map(viewLog), info);
}
