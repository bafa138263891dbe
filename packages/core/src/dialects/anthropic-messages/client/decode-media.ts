import type { FileBlock, ImageBlock, MediaSource } from '../../../form/blocks.ts';
import { residueOf } from '../../../form/json.ts';
import type { Field } from '../../request-field.ts';
import { readCommon, residue } from './common.ts';

export const decodeImage = (block: Field): ImageBlock => ({
  kind: 'image',
  source: decodeSource(block.at('source')),
  ...readCommon(block, ['type', 'source']),
});

export function decodeDocument(block: Field): FileBlock {
  const source = block.at('source');
  const name = block.optional('title', (title) => title.text());
  const known = ['type', 'source', 'title'];
  const common = readCommon(block, known);
  const isInPieces = source.at('type').value === 'content';
  return {
    kind: 'file',
    source: decodeSource(source),
    ...(name === undefined ? {} : { name }),
    ...common,
    // Text in pieces is one text to everybody else; Anthropic gets its pieces back, because it cites by them.
    ...(isInPieces ? residue({ ...residueOf(block.object(), ['cache_control', 'type', 'title']) }) : {}),
  };
}

function decodeSource(source: Field): MediaSource {
  switch (source.at('type').oneOf(['base64', 'url', 'file', 'text', 'content'])) {
    case 'base64':
      return {
        kind: 'data',
        mediaType: source.at('media_type').name().toLowerCase(),
        data: source.at('data').text(),
      };
    case 'url':
      return { kind: 'url', url: source.at('url').name() };
    case 'file':
      return { kind: 'file-id', id: source.at('file_id').name(), dialect: 'anthropic-messages' };
    case 'text':
      return plainText(source.at('data').text());
    case 'content':
      return plainText(textsOf(source.at('content')));
  }
}

function textsOf(content: Field): string {
  if (typeof content.value === 'string') return content.value;
  const texts = content.list().map((part) => {
    if (part.at('type').text() !== 'text')
      part.at('type').fail('A document can be translated only where all of its content is text.');
    return part.at('text').text();
  });
  return texts.join('\n\n');
}

const plainText = (text: string): MediaSource => ({
  kind: 'data',
  mediaType: 'text/plain',
  data: Buffer.from(text).toString('base64'),
});
