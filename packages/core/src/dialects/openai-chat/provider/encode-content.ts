import type { AudioBlock, CacheHint, FileBlock, ImageBlock, TextBlock } from '../../../form/blocks.ts';
import { type Fault, fault } from '../../../form/fault.ts';
import type { Json } from '../../../form/json.ts';
import { sniffMediaType, writeUrl } from '../../../form/media.ts';
import type { WireNames } from '../../../form/wire-names.ts';
import { ownValue } from '../../../own-value.ts';
import type { ChatDeviations } from './deviations.ts';

/** What encoders of messages need beside the messages. */
export interface MessageContext {
  readonly deviations: ChatDeviations;
  readonly names: WireNames;
  /** The provider's name, for messages. */
  readonly provider: string;
  /** Where the client's body holds its messages. */
  readonly root: string;
}

export type Part = TextBlock | ImageBlock | AudioBlock | FileBlock;

/** A part of a user message. */
export function encodePart(block: Part, context: MessageContext): Json | Fault {
  switch (block.kind) {
    case 'text':
      return textPart(block.text, block.cache, context.deviations);
    case 'image':
      return encodeImage(block, context);
    case 'audio':
      return encodeAudio(block, context);
    case 'file':
      return encodeFile(block, context);
  }
}

function textPart(text: string, cache: CacheHint | undefined, deviations: ChatDeviations): Json {
  if (!cache || !deviations.cacheControl) return { type: 'text', text };
  const ttl = cache.lifetime === null ? {} : { ttl: cache.lifetime };
  return { type: 'text', text, cache_control: { type: 'ephemeral', ...ttl } };
}

/**
 * Texts as one string, because not every server takes parts; as parts only where a cache hint has to stand on one.
 */
export function textContent(blocks: readonly TextBlock[], deviations: ChatDeviations): string | Json[] {
  if (deviations.cacheControl && blocks.some(({ cache }) => cache))
    return blocks.map(({ text, cache }) => textPart(text, cache, deviations));
  return blocks.map(({ text }) => text).join('\n\n');
}

function encodeImage({ source, detail }: ImageBlock, context: MessageContext): Json | Fault {
  if (!context.deviations.images) return cannot('images', context);
  const url = writeUrl(source.kind === 'data' ? { ...source, mediaType: sniffMediaType(source) } : source);
  if (url === null) return cannot('images by the id of a file', context);
  return { type: 'image_url', image_url: { url, ...(detail === undefined ? {} : { detail }) } };
}

const AUDIO_FORMATS: Readonly<Record<string, string>> = {
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
  'audio/wave': 'wav',
  'audio/mpeg': 'mp3',
  'audio/mp3': 'mp3',
};

function encodeAudio({ source }: AudioBlock, context: MessageContext): Json | Fault {
  if (!context.deviations.audio) return cannot('audio', context);
  if (source.kind !== 'data') return cannot('audio that is not in the request itself', context);
  const format = ownValue(AUDIO_FORMATS, source.mediaType);
  if (format === undefined) return cannot(`audio of the type "${source.mediaType.slice(0, 64)}"`, context);
  return { type: 'input_audio', input_audio: { data: source.data, format } };
}

function encodeFile(block: FileBlock, context: MessageContext): Json | Fault {
  const { source, name } = block;
  if (source.kind === 'data' && source.mediaType.startsWith('text/')) return textOfFile(source.data, name);
  const { files } = context.deviations;
  const url = writeUrl(source);
  const filename = name ?? 'document.pdf';
  switch (files) {
    case 'none':
      return cannot('documents', context);
    case 'file':
      if (source.kind === 'url') return cannot('documents by URL', context);
      if (url === null) return { type: 'file', file: { file_id: idOf(block) } };
      return { type: 'file', file: { filename, file_data: url } };
    case 'file-or-url':
      if (url === null) return cannot('documents by the id of a file', context);
      return { type: 'file', file: { filename, file_data: url } };
    case 'document-url':
      if (url === null) return cannot('documents by the id of a file', context);
      return {
        type: 'document_url',
        document_url: url,
        ...(name === undefined ? {} : { document_name: name }),
      };
    case 'file-url':
      if (url === null) return cannot('documents by the id of a file', context);
      return { type: 'file_url', file_url: { url: source.kind === 'data' ? source.data : url } };
  }
}

const idOf = ({ source }: FileBlock) => (source.kind === 'file-id' ? source.id : '');

/** Plain text needs no document: every model reads it. */
function textOfFile(data: string, name: string | undefined): Json {
  const text = Buffer.from(data, 'base64').toString('utf8');
  return { type: 'text', text: name === undefined ? text : `${name}:\n\n${text}` };
}

export const cannot = (what: string, { provider, root }: MessageContext): Fault =>
  fault([root], `${provider} cannot take ${what} here. Leave it out or choose another model.`);
