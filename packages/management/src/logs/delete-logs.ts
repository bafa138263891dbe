import { type EpochMs, Refusal } from '@weir/core';
import type { GatewayCall } from '../access/endpoints.ts';
import { findGateway } from '../gateways/read-gateways.ts';
import { type ManagementAnswer, succeed } from '../http/answer.ts';
import type { ManagementPorts } from '../ports.ts';
import { type Deletion, readDeletion } from './delete-query.ts';

/** Small enough that a batch ends well within the time that is left when it begins. */
const BATCH = 200;
/** Logs named one by one are deleted one by one, so many at the same time. */
const AT_ONCE = 50;
/** API Gateway gives a call 29 s. */
const BUDGET_MS = 15_000;

/** Deletes many logs, as many as fit into one call, and answers how many (spec 1.5 asks for `success` only). */
export async function deleteLogs(
  call: GatewayCall,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const deletion = readDeletion(call.request);
  if (deletion instanceof Refusal) return deletion;
  const gateway = await findGateway(call, ports);
  if (gateway instanceof Refusal) return gateway;
  const { deleted, isDone } = await deleteInBatches(deletion, call, ports);
  return succeed({ deleted }, isDone ? [] : [MORE_TO_DO]);
}

const MORE_TO_DO = {
  code: 2962,
  message: 'One call has no time to delete all that was asked for. Repeat the call for the rest.',
};

async function deleteInBatches(
  deletion: Deletion,
  { account, gateway }: GatewayCall,
  { logs, clock }: ManagementPorts,
): Promise<{ readonly deleted: number; readonly isDone: boolean }> {
  const deadline = (clock.now() + BUDGET_MS) as EpochMs;
  let deleted = 0;
  if (deletion.kind === 'ids') {
    for (let start = 0; start < deletion.ids.length; start += AT_ONCE) {
      if (clock.now() >= deadline) return { deleted, isDone: false };
      const batch = deletion.ids.slice(start, start + AT_ONCE);
      const results = await Promise.all(batch.map((id) => logs.deleteOne(account, gateway, id)));
      deleted += results.filter(Boolean).length;
    }
    return { deleted, isDone: true };
  }
  const range = { account, gateway, from: null, to: null, direction: deletion.direction, skip: 0 };
  while (deleted < deletion.most) {
    if (clock.now() >= deadline) return { deleted, isDone: false };
    const take = Math.min(BATCH, deletion.most - deleted);
    const now = await logs.deleteMany({ ...range, take });
    deleted += now;
    if (now < take) break;
  }
  return { deleted, isDone: true };
}
