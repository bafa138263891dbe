import { isOpaqueType } from '../../dialects/anthropic-messages/kinds.ts';
import { isPacked, unpackProof } from '../../dialects/anthropic-messages/proofs.ts';
import { child, type Json, textAt } from '../../form/json.ts';
import type { CutPath } from '../../providers/json-cuts.ts';
import { type Finder, type Found, foreign, googleStore, type IsForeign, objectsOf } from './found.ts';

/** In a request of Anthropic's format: thinking, built-in tools, files, containers, compactions. */
export const boundInMessages: Finder = (body, isForeign) => [
  ...(body.container
    ? foreign(isForeign, { kind: 'container', issuer: 'anthropic', path: ['container'] })
    : []),
  ...objectsOf(body.messages).flatMap(([index, message]) => inMessage(message, index, isForeign)),
];

/** A message of which nothing is left goes as a whole: an empty one is refused. */
function inMessage(message: Json, index: number, isForeign: IsForeign): readonly Found[] {
  const blocks = objectsOf(message.content);
  const cuts = blocks.map(([at, block]) => inBlock(block, ['messages', index, 'content', at], isForeign));
  const isEmptied = blocks.length > 0 && cuts.every((found) => found.length > 0);
  return isEmptied ? cuts.flat().map((it) => ({ ...it, cut: ['messages', index] })) : cuts.flat();
}

function inBlock(block: Json, path: CutPath, isForeign: IsForeign): readonly Found[] {
  const type = textAt(block, 'type') ?? '';
  switch (type) {
    case 'thinking':
      return thought(textAt(block, 'signature') ?? '', 'signature', path, isForeign);
    case 'redacted_thinking':
      return thought(textAt(block, 'data') ?? '', 'redacted', path, isForeign);
    case 'image':
    case 'document':
      return source(child(block, 'source'), [...path, 'source'], isForeign);
    case 'tool_result':
      return objectsOf(block.content).flatMap(([at, part]) =>
        source(child(part, 'source'), [...path, 'content', at, 'source'], isForeign),
      );
    case 'container_upload':
      return foreign(isForeign, { kind: 'file', issuer: 'anthropic', path: [...path, 'file_id'] });
    case 'compaction':
      return foreign(isForeign, { kind: 'compaction', issuer: 'anthropic', path });
    default:
      return isOpaqueType(type) ? foreign(isForeign, { kind: 'server-tool', issuer: 'anthropic', path }) : [];
  }
}

function thought(
  text: string,
  kind: 'signature' | 'redacted',
  path: CutPath,
  isForeign: IsForeign,
): readonly Found[] {
  const issuer = unpackProof(text, kind)?.proof.family ?? 'nobody';
  return foreign(isForeign, { kind: 'reasoning', issuer, isPacked: isPacked(text), path });
}

function source(from: Json | null, path: CutPath, isForeign: IsForeign): readonly Found[] {
  if (textAt(from, 'type') === 'file')
    return foreign(isForeign, { kind: 'file', issuer: 'anthropic', path: [...path, 'file_id'] });
  const stored = googleStore(from?.url, [...path, 'url']);
  return stored ? foreign(isForeign, stored) : [];
}
