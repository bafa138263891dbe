import { child, isJson, type Json, numberAt, residueOf, textAt } from '../../../form/json.ts';
import type { ModelError } from '../../../form/model-error.ts';
import type { Residue } from '../../../form/provenance.ts';
import type { Finish, ModelResponse } from '../../../form/response.ts';
import type { DecodeContext } from '../../provider-dialect.ts';
import { isPlainFinish, readFinish } from '../finish.ts';
import { type ItemContext, itemBlocks } from '../read-items.ts';
import { DIALECT } from '../residue.ts';
import { readUsage } from '../usage.ts';
import { errorIn, errorOf, isFailed } from './decode-error.ts';

/** A whole answer (spec/providers 5.2). */
export function decodeResponse(body: Json, context: DecodeContext): ModelResponse | ModelError {
  if (isFailed(body)) return errorOf(body, body);
  const error = Array.isArray(body.output) ? null : errorIn(body);
  if (error) return error;
  // An answer in the background is none yet; some compatible providers write no status.
  if (body.status === 'in_progress' || body.status === 'queued' || !Array.isArray(body.output))
    return unfinished(body);
  const items = body.output.filter(isJson);
  const blocks = items.flatMap((item) => itemBlocks(item, itemContext(context)));
  const { finish, rest } = endOf(
    body,
    blocks.some(({ kind }) => kind === 'tool-call'),
  );
  const searches = items.reduce((sum, item) => sum + searchesOf(item), 0);
  return {
    id: textAt(body, 'id'),
    model: textAt(body, 'model'),
    created: numberAt(body, 'created_at'),
    blocks,
    finish,
    usage: readUsage(child(body, 'usage'), searchesOf(body) || searches),
    ...(rest ? { residue: { dialect: DIALECT, value: rest } } : {}),
  };
}

export const itemContext = ({ names, newId }: DecodeContext): ItemContext => ({
  toolName: names.fromWire,
  newId,
});

/** What only this format says of the answer (the request's echo, billing, filters). */
const KNOWN = ['id', 'object', 'created_at', 'model', 'output', 'usage', 'error'];
const FINISH = ['status', 'incomplete_details'];

export function startRest(response: Json | null): { residue?: Residue } {
  const rest = response && residueOf(response, [...KNOWN, ...FINISH]);
  return rest ? { residue: { dialect: DIALECT, value: rest } } : {};
}

export function endOf(
  response: Json,
  hasCalls: boolean,
): { readonly finish: Finish; readonly rest: Json | null } {
  const finish = readFinish(response, hasCalls);
  return { finish, rest: residueOf(response, isPlainFinish(finish) ? [...KNOWN, ...FINISH] : KNOWN) };
}

/** Searches of the web: an answer's own count, or 1 for an item that is one (opening a page found costs nothing). */
export function searchesOf(it: Json): number {
  if (it.type === 'web_search_call')
    return (textAt(child(it, 'action'), 'type') ?? 'search') === 'search' ? 1 : 0;
  return numberAt(child(child(it, 'tool_usage'), 'web_search'), 'num_requests') ?? 0;
}

export const unfinished = (raw: unknown): ModelError => ({
  kind: 'error',
  class: 'upstream',
  message: 'The provider ended its answer without saying that it was complete.',
  status: 502,
  code: null,
  parameter: null,
  raw,
});
