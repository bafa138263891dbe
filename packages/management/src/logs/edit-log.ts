import { Refusal } from '@weir/core';
import * as z from 'zod';
import type { GatewayCall } from '../access/endpoints.ts';
import { type ManagementAnswer, succeed } from '../http/answer.ts';
import { callerNamed } from '../http/caller-named.ts';
import { readBody } from '../http/json-body.ts';
import type { ManagementPorts } from '../ports.ts';
import { logId, noLog } from './one-log.ts';

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()], {
  error: 'must be a string, a number, a boolean or null',
});

/** Keys that begin with `cf.` are what we vouch for (spec 5.17-3), so nobody may write them. */
const key = z.string().refine((name) => !name.toLowerCase().startsWith('cf.'), {
  error: 'keys that begin with "cf." cannot be set',
});

/** A page of 50 logs must fit into one answer, and a caller's own metadata into 10 KB of headers. */
const MOST_METADATA_BYTES = 16 * 1024;

const metadata = callerNamed(key, scalar).refine(
  (given) => Buffer.byteLength(JSON.stringify(given)) <= MOST_METADATA_BYTES,
  {
    error: `may have at most ${MOST_METADATA_BYTES} bytes as JSON`,
  },
);

const changeBody = z.strictObject({
  feedback: z.int().min(-1).max(1).nullable().exactOptional(),
  score: z.number().min(0).max(100).nullable().exactOptional(),
  metadata: metadata.nullable().exactOptional(),
});

/** What people say of a log (spec 5.18-7). A merge: an absent field stays, a null clears. */
export async function editLog(
  call: GatewayCall,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const id = logId(call);
  if (id instanceof Refusal) return id;
  const change = readBody(call.request, changeBody);
  if (change instanceof Refusal) return change;
  return (await ports.logs.giveFeedback(call.account, call.gateway, id, change)) ? succeed({}) : noLog(id);
}
