import type { FileBlock, ImageBlock } from '../../../form/blocks.ts';
import { type Fault, fault } from '../../../form/fault.ts';
import type { Json } from '../../../form/json.ts';
import { sniffMediaType } from '../../../form/media.ts';
import { residueFor } from '../../../form/provenance.ts';

export interface MediaContext {
  readonly provider: string;
  /** It fetches by URL. */
  readonly fetches: boolean;
}

const IMAGES = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);

/** What the bytes are goes before what the caller calls them: a mismatch is a 400 (spec/providers 2.8). */
export function encodeImage(block: ImageBlock, context: MediaContext): Json | Fault {
  const own = residueFor('anthropic-messages', block.residue);
  if (block.source.kind !== 'data') {
    const source = encodePointer(block.source, context);
    return 'type' in source ? { ...own, type: 'image', source } : source;
  }
  const media_type = sniffMediaType(block.source);
  if (!IMAGES.has(media_type))
    return refused(
      `${context.provider} takes JPEG, PNG, GIF and WebP images, not "${media_type.slice(0, 64)}".`,
    );
  return { ...own, type: 'image', source: { type: 'base64', media_type, data: block.source.data } };
}

export function encodeFile(block: FileBlock, context: MediaContext): Json | Fault {
  const { source: ownSource, ...own } = residueFor('anthropic-messages', block.residue);
  const source = ownSource ?? documentSource(block, context);
  if (isImage(block)) return encodeImage({ ...block, kind: 'image' }, context);
  if (typeof source === 'object' && source !== null && 'kind' in source) return source as Fault;
  return { ...own, type: 'document', source, ...(block.name === undefined ? {} : { title: block.name }) };
}

const isImage = ({ source }: FileBlock) => source.kind === 'data' && IMAGES.has(sniffMediaType(source));

function documentSource({ source }: FileBlock, context: MediaContext): Json | Fault {
  if (source.kind !== 'data') return encodePointer(source, context);
  const media_type = sniffMediaType(source);
  if (media_type === 'application/pdf') return { type: 'base64', media_type, data: source.data };
  if (media_type.startsWith('text/') || media_type === 'application/json')
    return { type: 'text', media_type: 'text/plain', data: Buffer.from(source.data, 'base64').toString() };
  return refused(`${context.provider} takes PDF and text documents, not "${media_type.slice(0, 64)}".`);
}

function encodePointer(
  source: Exclude<ImageBlock['source'], { kind: 'data' }>,
  { provider, fetches }: MediaContext,
): Json | Fault {
  if (source.kind === 'url')
    return fetches
      ? { type: 'url', url: source.url }
      : refused(`${provider} does not fetch by URL. Send the bytes in base64.`);
  return source.dialect === 'anthropic-messages' && fetches
    ? { type: 'file', file_id: source.id }
    : refused(
        `${provider} does not know the file "${source.id.slice(0, 64)}", which another provider keeps.`,
      );
}

const refused = (message: string) => fault(['messages'], message);
