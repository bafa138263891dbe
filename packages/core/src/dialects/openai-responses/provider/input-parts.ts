import { assertNever } from '../../../assert-never.ts';
import type { FileBlock, ImageBlock, MediaSource, TextBlock } from '../../../form/blocks.ts';
import { type Fault, fault } from '../../../form/fault.ts';
import type { Json } from '../../../form/json.ts';
import { writeUrl } from '../../../form/media.ts';
import { DIALECT } from '../residue.ts';

export const textPart = ({ text }: TextBlock): Json => ({ type: 'input_text', text });

/** A part of what the user or a tool says. */
export function inputPart(block: TextBlock | ImageBlock | FileBlock, path: readonly string[]): Json | Fault {
  switch (block.kind) {
    case 'text':
      return textPart(block);
    case 'image': {
      const detail = block.detail ?? 'auto';
      const place = sourceMembers(block.source, 'image_url', 'image_url');
      return place ? { type: 'input_image', ...place, detail } : foreignFile(path);
    }
    case 'file': {
      const place = sourceMembers(block.source, 'file_data', 'file_url');
      // Bytes are refused without a name.
      const name = block.name ?? (block.source.kind === 'data' ? fileName(block.source.mediaType) : null);
      return place
        ? { type: 'input_file', ...(name === null ? {} : { filename: name }), ...place }
        : foreignFile(path);
    }
    default:
      return assertNever(block);
  }
}

/** Where the bytes are; null: in the file store of another provider. */
function sourceMembers(source: MediaSource, data: string, url: string): Json | null {
  if (source.kind === 'file-id')
    return source.dialect === DIALECT || source.dialect === 'openai-chat' ? { file_id: source.id } : null;
  return { [source.kind === 'data' ? data : url]: writeUrl(source) };
}

const foreignFile = (path: readonly string[]): Fault =>
  fault(path, 'A file id means nothing to another provider. Send the bytes or a URL.');

const fileName = (mediaType: string): string =>
  mediaType === 'application/pdf'
    ? 'document.pdf'
    : mediaType.startsWith('text/')
      ? 'document.txt'
      : 'document';
