import type { FileBlock, ImageBlock, MediaSource } from '../../../form/blocks.ts';
import { isJson, residueOf } from '../../../form/json.ts';
import { readCommon, residue } from './common.ts';
import type { Fields } from './fields.ts';

const NOTHING: MediaSource = { kind: 'url', url: '' };

export function decodeImage(block: Fields): ImageBlock {
  const source = block.object('source');
  const known = ['type', 'source', 'cache_control'];
  return {
    kind: 'image',
    source: source ? decodeSource(source) : block.needed('source', undefined, NOTHING),
    ...readCommon(block, known),
  };
}

export function decodeDocument(block: Fields): FileBlock {
  const source = block.object('source');
  const name = block.text('title');
  const known = ['type', 'source', 'title', 'cache_control'];
  const common = readCommon(block, known);
  const inner = source && isJson(source.value) && source.value.type === 'content';
  return {
    kind: 'file',
    source: source ? decodeSource(source) : block.needed('source', undefined, NOTHING),
    ...(name === undefined ? {} : { name }),
    ...common,
    // Text in pieces is one text to everybody else; Anthropic gets its pieces back, because it cites by them.
    ...(inner ? residue({ ...residueOf(block.value, known), source: source.value }) : {}),
  };
}

function decodeSource(source: Fields): MediaSource {
  switch (source.text('type')) {
    case 'base64':
      return {
        kind: 'data',
        mediaType: source.needed('media_type', source.text('media_type'), '').toLowerCase(),
        data: source.needed('data', source.text('data'), ''),
      };
    case 'url':
      return { kind: 'url', url: source.needed('url', source.text('url'), '') };
    case 'file':
      return {
        kind: 'file-id',
        id: source.needed('file_id', source.text('file_id'), ''),
        dialect: 'anthropic-messages',
      };
    case 'text':
      return plainText(source.needed('data', source.text('data'), ''));
    case 'content':
      return plainText(
        typeof source.value.content === 'string' ? source.value.content : textsOf(source).join('\n\n'),
      );
    default:
      source.refuse('type', 'A source is "base64", "url", "file", "text" or "content".');
      return NOTHING;
  }
}

function textsOf(source: Fields): string[] {
  return source.objects('content').map((part) => {
    if (part.value.type !== 'text')
      part.refuse('type', 'A document can be translated only where all of its content is text.');
    return part.text('text') ?? '';
  });
}

const plainText = (text: string): MediaSource => ({
  kind: 'data',
  mediaType: 'text/plain',
  data: Buffer.from(text).toString('base64'),
});
