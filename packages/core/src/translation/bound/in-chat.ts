import { familyOfDetail, isPackedDetail } from '../../dialects/openai-chat/reasoning-details.ts';
import { child, type Json, textAt } from '../../form/json.ts';
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

/** In a chat request: what signs its thoughts and calls, files, spoken answers, cached content. */
export const boundInChat: Finder = (body, isForeign) => [
  ...cachedContent(body, isForeign),
  ...objectsOf(body.messages).flatMap(([index, message]) => {
    const path = ['messages', index];
    return [
      ...details(message, path, isForeign),
      ...signedCalls(message, path, isForeign),
      ...spoken(message, path, isForeign),
      ...files(message, path, isForeign),
    ];
  }),
];

/** Where Google's own chat endpoint has it, and where clients that spread `extra_body` put it. */
function cachedContent(body: Json, isForeign: IsForeign): readonly Found[] {
  const places: readonly CutPath[] = [
    ['extra_body', 'google', 'cached_content'],
    ['extra_body', 'cached_content'],
    ['google', 'cached_content'],
    ['cached_content'],
  ];
  return places
    .filter((path) => path.reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), body))
    .flatMap((path) => foreign(isForeign, { kind: 'cached-content', issuer: 'google', path }));
}

const isObject = (value: unknown): value is Record<string | number, unknown> =>
  typeof value === 'object' && value !== null;

/** One of ours is no provider's as it stands, whoever signed what it holds. */
function details(message: Json, path: CutPath, isForeign: IsForeign): readonly Found[] {
  const all = objectsOf(message.reasoning_details);
  const found = all.flatMap(([index, detail]) =>
    foreign(isForeign, {
      kind: 'reasoning',
      issuer: familyOfDetail(detail),
      isPacked: isPackedDetail(detail),
      path: [...path, 'reasoning_details', index],
    }),
  );
  const cut = [...path, 'reasoning_details'];
  return found.length < all.length ? found : found.map((it) => ({ ...it, cut }));
}

function signedCalls(message: Json, path: CutPath, isForeign: IsForeign): readonly Found[] {
  return objectsOf(message.tool_calls).flatMap(([index, call]) => {
    const extra = child(call, 'extra_content');
    if (textAt(child(extra, 'google'), 'thought_signature') === null) return [];
    const place = [...path, 'tool_calls', index, 'extra_content'];
    const isAll = Object.keys(extra ?? {}).length === 1;
    const signature = [...place, 'google', 'thought_signature'];
    return foreign(isForeign, {
      kind: 'reasoning',
      issuer: 'google',
      path: signature,
      cut: isAll ? place : [...place, 'google'],
    });
  });
}

function spoken(message: Json, path: CutPath, isForeign: IsForeign): readonly Found[] {
  const id = textAt(child(message, 'audio'), 'id');
  if (message.role !== 'assistant' || !id?.startsWith('audio_')) return [];
  return foreign(isForeign, { kind: 'spoken-answer', issuer: 'openai', path: [...path, 'audio', 'id'] });
}

function files(message: Json, path: CutPath, isForeign: IsForeign): readonly Found[] {
  return objectsOf(message.content).flatMap(([index, part]) => {
    const place = [...path, 'content', index];
    const id = textAt(child(part, 'file'), 'file_id');
    const stored =
      id === null
        ? (googleStore(child(part, 'file')?.file_data, [...place, 'file', 'file_data']) ??
          googleStore(child(part, 'image_url')?.url, [...place, 'image_url', 'url']) ??
          googleStore(part.image_url, [...place, 'image_url']))
        : ({ kind: 'file', issuer: issuerOfFile(id), path: [...place, 'file', 'file_id'] } as const);
    return stored ? foreign(isForeign, stored) : [];
  });
}
