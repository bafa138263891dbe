import { BUILT_IN_ITEMS } from '../../dialects/openai-responses/client/read-input.ts';
import { isPacked, unpackProof } from '../../dialects/openai-responses/packed-proof.ts';
import type { Issuer } from '../../form/bound-content.ts';
import { child, type Json, listAt, textAt } from '../../form/json.ts';
import type { CutPath } from '../../providers/json-cuts.ts';
import {
  type Finder,
  type Found,
  foreign,
  googleStore,
  type IsForeign,
  issuerOfFile,
  objectsOf,
} from './found.ts';

/** In a request to `/responses`: reasoning, ids of items, built-in tools, files, and whatever is stored elsewhere. */
export const boundInResponses: Finder = (body, isForeign) => [
  ...stored(body, isForeign),
  ...objectsOf(body.tools).flatMap(([index, tool]) => inTool(tool, ['tools', index], isForeign)),
  ...inItems(objectsOf(body.input), isForeign),
];

/** OpenAI's ids: other providers' are shorter, or have dashes. */
const OPENAI_ID = /^[a-z]+_[0-9a-f]{32}/;
const issuerOfId = (id: unknown): Issuer =>
  typeof id === 'string' && OPENAI_ID.test(id) ? 'openai' : 'unknown';

function stored(body: Json, isForeign: IsForeign): readonly Found[] {
  const conversation = textAt(body, 'conversation') ?? textAt(child(body, 'conversation'), 'id');
  return [
    ...(body.previous_response_id
      ? foreign(isForeign, {
          kind: 'stored-answer',
          issuer: issuerOfId(body.previous_response_id),
          path: ['previous_response_id'],
        })
      : []),
    ...(conversation
      ? foreign(isForeign, {
          kind: 'stored-answer',
          issuer: issuerOfId(conversation),
          path: ['conversation'],
        })
      : []),
    ...(textAt(child(body, 'prompt'), 'id')?.startsWith('pmpt_')
      ? foreign(isForeign, { kind: 'stored-prompt', issuer: 'openai', path: ['prompt'] })
      : []),
  ];
}

function inTool(tool: Json, path: CutPath, isForeign: IsForeign): readonly Found[] {
  if (listAt(tool, 'vector_store_ids').some((id) => typeof id === 'string' && id.startsWith('vs_')))
    return foreign(isForeign, {
      kind: 'vector-store',
      issuer: 'openai',
      path: [...path, 'vector_store_ids'],
    });
  if (textAt(tool, 'container')?.startsWith('cntr_'))
    return foreign(isForeign, { kind: 'container', issuer: 'openai', path: [...path, 'container'] });
  const files = listAt(child(tool, 'container'), 'file_ids');
  return files
    .filter((id) => typeof id === 'string')
    .flatMap((id, at) =>
      foreign(isForeign, {
        kind: 'file',
        issuer: issuerOfFile(id),
        path: [...path, 'container', 'file_ids', at],
      }),
    );
}

type Items = readonly (readonly [index: number, item: Json])[];

function inItems(items: Items, isForeign: IsForeign): readonly Found[] {
  const makers = makersOfCalls(items);
  const found = items.flatMap(([index, item]) => inItem(item, ['input', index], makers, isForeign));
  if (!found.some(({ kind }) => kind === 'reasoning')) return found;
  // OpenAI misses the reasoning that stood before an item, unless the item comes without its id.
  const known = new Set(found.map(({ path }) => path[1]));
  const orphans = items
    .filter(([index, { id }]) => !known.has(index) && typeof id === 'string' && issuerOfId(id) === 'unknown')
    .map(([index]): Found => ({ kind: 'item-id', issuer: 'unknown', path: ['input', index, 'id'] }));
  return [...found, ...orphans];
}

/** An output names its call, and the call tells whose both are. */
function makersOfCalls(items: Items): ReadonlyMap<unknown, Issuer> {
  const calls = items.filter(([, { type, id }]) => BUILT_IN_ITEMS.has(String(type)) && id);
  return new Map(calls.map(([, { call_id, id }]) => [call_id ?? id, issuerOfId(id)]));
}

function inItem(
  item: Json,
  path: CutPath,
  makers: ReadonlyMap<unknown, Issuer>,
  isForeign: IsForeign,
): readonly Found[] {
  const type = textAt(item, 'type') ?? 'message';
  switch (type) {
    case 'reasoning':
      return foreign(isForeign, { kind: 'reasoning', ...maker(item), path });
    case 'compaction':
      return foreign(isForeign, { kind: 'compaction', issuer: maker(item).issuer, path });
    case 'item_reference': {
      const kind = textAt(item, 'id')?.startsWith('rs_') ? 'reasoning' : 'stored-answer';
      return foreign(isForeign, { kind, issuer: issuerOfId(item.id), path });
    }
    default:
      if (BUILT_IN_ITEMS.has(type))
        return foreign(isForeign, {
          kind: 'server-tool',
          issuer: makers.get(item.call_id ?? item.approval_request_id) ?? issuerOfId(item.id),
          path,
        });
      return [...ownId(item, path, isForeign), ...files(item, path, isForeign)];
  }
}

function maker(item: Json): { readonly issuer: Issuer; readonly isPacked?: boolean } {
  const encrypted = textAt(item, 'encrypted_content');
  if (encrypted === null) return { issuer: issuerOfId(item.id) };
  if (isPacked(encrypted))
    return { issuer: unpackProof(encrypted)?.proof.family ?? 'unknown', isPacked: true };
  return { issuer: encrypted.startsWith('gAAAA') ? 'openai' : issuerOfId(item.id) };
}

const ownId = (item: Json, path: CutPath, isForeign: IsForeign): readonly Found[] =>
  issuerOfId(item.id) === 'openai'
    ? foreign(isForeign, { kind: 'item-id', issuer: 'openai', path: [...path, 'id'] })
    : [];

function files(item: Json, path: CutPath, isForeign: IsForeign): readonly Found[] {
  return ['content', 'output'].flatMap((list) =>
    objectsOf(item[list]).flatMap(([index, part]) => {
      const place = [...path, list, index];
      const id = textAt(part, 'file_id');
      const found =
        id === null
          ? (googleStore(part.image_url, [...place, 'image_url']) ??
            googleStore(part.file_url, [...place, 'file_url']))
          : ({ kind: 'file', issuer: issuerOfFile(id), path: [...place, 'file_id'] } as const);
      return found ? foreign(isForeign, found) : [];
    }),
  );
}
