import type {
  AudioBlock,
  CacheHint,
  FileBlock,
  ImageBlock,
  MediaSource,
  TextBlock,
} from '../../../form/blocks.ts';
import { readUrl } from '../../../form/media.ts';
import { type Field, shown } from '../../request-field.ts';

export type ContentBlock = TextBlock | ImageBlock | AudioBlock | FileBlock;

/** Text or parts; what holds no text and nothing else is left out, since other formats refuse it. */
export function decodeContent(content: Field): ContentBlock[] {
  if (typeof content.value === 'string') return text(content.value, {});
  return content.list().flatMap(readPart);
}

/** The same where only text may stand. */
export function decodeTexts(content: Field): TextBlock[] {
  if (typeof content.value === 'string') return text(content.value, {});
  return content.list().flatMap((part) => {
    if (part.at('type').text() !== 'text') unknownPart(part);
    return readText(part);
  });
}

export const text = (value: string, beside: Pick<TextBlock, 'cache'>): TextBlock[] =>
  value === '' ? [] : [{ kind: 'text', text: value, ...beside }];

export const readText = (part: Field): TextBlock[] => text(part.at('text').text(), cacheHint(part));

/** @throws a fault that names the part's type. */
export const unknownPart = (part: Field): never =>
  part.at('type').fail(`A part of the type "${shown(part.at('type').text())}" cannot stand here.`);

function readPart(part: Field): ContentBlock[] {
  switch (part.at('type').text()) {
    case 'text':
      return readText(part);
    case 'image_url':
      return [readImage(part)];
    case 'input_audio':
      return [readAudio(part)];
    case 'file':
      return [readFile(part)];
    default:
      return unknownPart(part);
  }
}

export function readImage(part: Field): ImageBlock {
  const image = part.at('image_url');
  // Mistral's clients write the URL alone.
  const url = typeof image.value === 'string' ? image : image.at('url');
  const detail = url === image ? undefined : image.at('detail').given?.text();
  return {
    kind: 'image',
    source: sourceAt(url),
    ...(detail === undefined ? {} : { detail }),
    ...cacheHint(part),
  };
}

function readAudio(part: Field): AudioBlock {
  const audio = part.at('input_audio');
  const format = audio.at('format').name();
  return {
    kind: 'audio',
    source: {
      kind: 'data',
      mediaType: format === 'mp3' ? 'audio/mpeg' : `audio/${format}`,
      data: audio.at('data').name(),
    },
    ...cacheHint(part),
  };
}

function readFile(part: Field): FileBlock {
  const file = part.at('file');
  const name = file.at('filename').given?.text();
  const id = file.at('file_id').given?.name();
  return {
    kind: 'file',
    source:
      id === undefined ? sourceAt(file.at('file_data')) : { kind: 'file-id', id, dialect: 'openai-chat' },
    ...(name === undefined ? {} : { name }),
    ...cacheHint(part),
  };
}

function sourceAt(field: Field): MediaSource {
  const source = readUrl(field.name());
  if (source === null) return field.fail('A data URL must hold base64: "data:<type>;base64,<data>".');
  const isUrl = source.kind !== 'url' || /^[a-z][a-z0-9+.-]*:/i.test(source.url);
  return isUrl ? source : field.fail('This must be a URL or a data URL.');
}

/** Anthropic's `cache_control`, which chat clients add to parts and tools (spec/providers 3.1). */
export function cacheHint(part: Field): { readonly cache?: CacheHint } {
  const cache = part.at('cache_control').given;
  if (!cache) return {};
  cache.at('type').oneOf(['ephemeral']);
  return { cache: { lifetime: cache.at('ttl').given?.oneOf(['5m', '1h']) ?? null } };
}
