import { parseRecordId, type RecordId, Refusal } from '@weir/core';
import type { GatewayCall } from '../access/endpoints.ts';
import { type ManagementAnswer, succeed, succeedWithBytes } from '../http/answer.ts';
import type { ManagementPorts } from '../ports.ts';
import { viewLogDetail } from './log-view.ts';

export async function getLog(call: GatewayCall, ports: ManagementPorts): Promise<ManagementAnswer | Refusal> {
  const id = logId(call);
  if (id instanceof Refusal) return id;
  const detail = await ports.logs.get(call.account, call.gateway, id);
  return detail === null ? noLog(id) : succeed(viewLogDetail(detail));
}

export async function deleteLog(
  call: GatewayCall,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const id = logId(call);
  if (id instanceof Refusal) return id;
  return (await ports.logs.deleteOne(call.account, call.gateway, id)) ? succeed({ id }) : noLog(id);
}

export const getRequestBody = (call: GatewayCall, ports: ManagementPorts) => getBody('request', call, ports);
export const getResponseBody = (call: GatewayCall, ports: ManagementPorts) =>
  getBody('response', call, ports);

/** A content type that can stand in a header and says no more than a type and its parameters. */
const CONTENT_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+[\x20-\x7e]*$/;

/** The stored body as it is, under its own content type. Our header says whether it is the whole body. */
async function getBody(
  which: 'request' | 'response',
  call: GatewayCall,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const id = logId(call);
  if (id instanceof Refusal) return id;
  const stored = await ports.logs.body(call.account, call.gateway, id, which);
  if (stored === null) {
    return new Refusal('notFound', {
      message: `The ${which} body of log ${id} was not kept, or there is no such log.`,
    });
  }
  const { body, contentType } = stored;
  const type = body.contentType ?? contentType ?? '';
  return succeedWithBytes(
    Buffer.from(body.data, body.encoding),
    CONTENT_TYPE.test(type) ? type : 'application/octet-stream',
    { 'weir-body-complete': String(body.complete) },
  );
}

/** The id of the log that the path names, or the 404 for what can be no id. */
export function logId({ parameters }: GatewayCall): RecordId | Refusal {
  const text = parameters.log ?? '';
  return parseRecordId(text) ?? noLog(text);
}

export function noLog(id: string): Refusal {
  return new Refusal('notFound', { message: `There is no log ${JSON.stringify(id)} of this gateway.` });
}
