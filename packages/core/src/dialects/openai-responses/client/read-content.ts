import type {
  AssistantBlock,
  AudioBlock,
  CacheHint,
  FileBlock,
  ImageBlock,
  MediaSource,
  TextBlock,
  UserBlock,
} from '../../../form/blocks.ts';
import { readUrl } from '../../../form/media.ts';
import { Field, shown } from '../../request-field.ts';
import { type ItemContext, itemBlocks } from '../read-items.ts';
import { DIALECT } from '../residue.ts';

/** A message's content: a string, or parts. An empty string is no content. */
const partsOf = (content: Field, textType: string): Field[] =>
  typeof content.value === 'string'
    ? content.value === ''
      ? []
      : [new Field({ type: textType, text: content.value })]
    : content.list();

/** What a `system` or `developer` message says. */
export const systemContent = (content: Field): TextBlock[] =>
  partsOf(content, 'input_text').map((part) =>
    part.at('type').text() === 'input_text' ? textPart(part) : unknownPart(part, 'an instruction'),
  );

export const userContent = (content: Field): UserBlock[] => partsOf(content, 'input_text').map(userPart);

function userPart(part: Field): UserBlock {
  return part.at('type').text() === 'input_audio' ? audioPart(part) : resultPart(part, 'a user’s message');
}

/** What a tool gave back. */
export const resultContent = (output: Field): (TextBlock | ImageBlock | FileBlock)[] =>
  partsOf(output, 'input_text').map((part) => resultPart(part, 'a tool’s output'));

function resultPart(part: Field, where: string): TextBlock | ImageBlock | FileBlock {
  switch (part.at('type').text()) {
    case 'input_text':
      return textPart(part);
    case 'input_image':
      return imagePart(part);
    case 'input_file':
      return filePart(part);
    default:
      return unknownPart(part, where);
  }
}

const unknownPart = (part: Field, where: string): never =>
  part.at('type').fail(`A content part of type "${shown(part.at('type').text())}" cannot stand in ${where}.`);

const textPart = (part: Field): TextBlock => ({
  kind: 'text',
  text: part.at('text').text(),
  ...cacheHint(part),
});

function imagePart(part: Field): ImageBlock {
  const detail = part.at('detail').given?.text();
  const source = part.optional('image_url', urlSource) ?? part.optional('file_id', fileId);
  return {
    kind: 'image',
    source: source ?? part.fail('An image needs an "image_url" or a "file_id".'),
    // What every format does unasked.
    ...(detail === undefined || detail === 'auto' ? {} : { detail }),
    ...cacheHint(part),
  };
}

function filePart(part: Field): FileBlock {
  const name = part.at('filename').given?.text();
  const source =
    part.optional('file_data', (at) => fileData(at, name)) ??
    part.optional('file_url', urlSource) ??
    part.optional('file_id', fileId);
  return {
    kind: 'file',
    source: source ?? part.fail('A file needs "file_data", a "file_url" or a "file_id".'),
    ...(name === undefined ? {} : { name }),
    ...cacheHint(part),
  };
}

function audioPart(part: Field): AudioBlock {
  const audio = part.at('input_audio');
  const format = audio.at('format').oneOf(['mp3', 'wav']);
  const mediaType = format === 'mp3' ? 'audio/mpeg' : 'audio/wav';
  return { kind: 'audio', source: { kind: 'data', mediaType, data: audio.at('data').text() } };
}

const urlSource = (at: Field): MediaSource =>
  readUrl(at.text()) ?? at.fail('This is a data URL without base64.');

const fileId = (at: Field): MediaSource => ({ kind: 'file-id', id: at.text(), dialect: DIALECT });

/** A data URL, or base64 alone. */
function fileData(at: Field, name: string | undefined): MediaSource {
  const data = at.text();
  if (data.startsWith('data:')) return urlSource(at);
  const mediaType = !name || /\.pdf$/i.test(name) ? 'application/pdf' : 'application/octet-stream';
  return { kind: 'data', mediaType, data };
}

/** A breakpoint of OpenAI's explicit caching is the wish of `CacheHint`; its times differ from everybody else's. */
const cacheHint = (part: Field): { cache?: CacheHint } =>
  part.at('prompt_cache_breakpoint').given?.object() ? { cache: { lifetime: null } } : {};

/** An assistant's message of the history. Parts of other roles are the caller's mistake (spec/providers 5.1). */
export function assistantContent(item: Field, context: ItemContext): AssistantBlock[] {
  const parts = partsOf(item.at('content'), 'output_text').map((part) => {
    switch (part.at('type').text()) {
      case 'output_text':
        part.at('text').text();
        part.optional('annotations', (at) => at.list().map((it) => it.object()));
        part.optional('logprobs', (at) => at.list().map((it) => it.object()));
        return part.object();
      case 'refusal':
        part.at('refusal').text();
        return part.object();
      default:
        return unknownPart(part, 'an assistant’s message');
    }
  });
  return itemBlocks({ ...item.object(), type: 'message', content: parts }, context).filter(
    (block) => !('text' in block) || block.text !== '',
  );
}
