import type { AudioBlock, FileBlock, ImageBlock } from '../../../form/blocks.ts';
import { type Fault, fault } from '../../../form/fault.ts';
import type { Json } from '../../../form/json.ts';
import { sniffMediaType } from '../../../form/media.ts';
import type { ContentContext } from './content-context.ts';

type Media = ImageBlock | AudioBlock | FileBlock;

/** Addresses that Google knows without fetching: its own file stores and YouTube. */
const OWN_STORES =
  /^(?:gs:\/\/|https:\/\/generativelanguage\.googleapis\.com\/|https:\/\/(?:www\.)?youtube\.com\/|https:\/\/youtu\.be\/)/i;

/** `inlineData` or `fileData` (spec/providers 2.8, 7.1). */
export function mediaPart(block: Media, context: ContentContext): Json | Fault {
  const { source } = block;
  const { provider, model } = context.target;
  switch (source.kind) {
    case 'data':
      return { inlineData: { mimeType: sniffMediaType(source), data: source.data } };
    case 'file-id':
      if (source.dialect === 'gemini') return { fileData: { fileUri: source.id } };
      return fault(
        ['messages'],
        `${provider.name} does not have the file "${source.id.slice(0, 64)}", which is another provider's. Send its content.`,
      );
    case 'url': {
      const reads =
        OWN_STORES.test(source.url) ||
        (/^https:\/\//i.test(source.url) && (context.surface.readsUrls || context.model.readsUrls));
      if (!reads)
        return fault(
          ['messages'],
          `${model} at ${provider.name} does not fetch "${source.url.slice(0, 64)}". Send the content as a data URL.`,
        );
      const mimeType = source.mediaType || mediaTypeOf(block, source.url);
      return { fileData: { ...(mimeType === null ? {} : { mimeType }), fileUri: source.url } };
    }
  }
}

const BY_ENDING: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  heic: 'image/heic',
  heif: 'image/heif',
  pdf: 'application/pdf',
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  html: 'text/html',
  json: 'application/json',
  wav: 'audio/wav',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  webm: 'video/webm',
};
const BY_KIND = { image: 'image/jpeg', audio: 'audio/mpeg', file: 'application/pdf' } as const;

/** A type is asked for; files at Google and YouTube have their own. */
function mediaTypeOf(block: Media, url: string): string | null {
  const name = block.kind === 'file' && block.name ? block.name : (url.split(/[?#]/, 1)[0] ?? '');
  const ending = /\.([a-z0-9]{2,5})$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  const known = BY_ENDING[ending];
  if (known) return known;
  return /^https:\/\/(?:generativelanguage|www\.youtube|youtube|youtu\.be)/i.test(url)
    ? null
    : BY_KIND[block.kind];
}
