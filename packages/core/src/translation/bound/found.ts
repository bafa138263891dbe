import type { BoundKind, Issuer } from '../../form/bound-content.ts';
import { isJson, type Json } from '../../form/json.ts';
import type { CutPath } from '../../providers/json-cuts.ts';

/** Something in a client's body that the next provider cannot read. */
export interface Found {
  readonly kind: BoundKind;
  readonly issuer: Issuer;
  /** Where it stands, in the client's words. */
  readonly path: CutPath;
  /** What has to go so that it is gone, where the body goes on as it is. Absent: the same. */
  readonly cut?: CutPath;
}

/** Whether the target cannot read what is of this kind and from there. */
export type IsForeign = (kind: BoundKind, issuer: Issuer, isPacked?: boolean) => boolean;

/** Finds what is bound to others in a request of one format. Of a malformed request it finds what it can. */
export type Finder = (body: Json, isForeign: IsForeign) => readonly Found[];

/** The objects of a list, each with its index. */
export const objectsOf = (list: unknown): readonly (readonly [index: number, value: Json])[] =>
  Array.isArray(list)
    ? list.flatMap((value: unknown, index) => (isJson(value) ? [[index, value] as const] : []))
    : [];

/** A foreign thing as a list of one, for finders that gather. */
export const foreign = (
  isForeign: IsForeign,
  found: Found & { readonly isPacked?: boolean },
): readonly Found[] => (isForeign(found.kind, found.issuer, found.isPacked) ? [found] : []);

const AI_STUDIO_FILE = /^https:\/\/generativelanguage\.googleapis\.com\//i;

/** An address that only Google's own models can follow. */
export function googleStore(
  url: unknown,
  path: CutPath,
): { kind: 'bucket' | 'file'; issuer: 'google'; path: CutPath } | null {
  if (typeof url !== 'string') return null;
  if (/^gs:\/\//i.test(url)) return { kind: 'bucket', issuer: 'google', path };
  return AI_STUDIO_FILE.test(url) ? { kind: 'file', issuer: 'google', path } : null;
}

/** Whose file an id names. Others' ids have no shape of their own. */
export const issuerOfFile = (id: string): Issuer => (id.startsWith('file-') ? 'openai' : 'unknown');
