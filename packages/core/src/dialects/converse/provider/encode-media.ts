import type { FileBlock, ImageBlock, MediaSource } from '../../../form/blocks.ts';
import type { Json } from '../../../form/json.ts';
import { sniffMediaType } from '../../../form/media.ts';
import { ownValue } from '../../../own-value.ts';
import { refuse, type Speech } from './speech.ts';

const IMAGES: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpeg',
  'image/gif': 'gif',
  'image/webp': 'webp',
};

const DOCUMENTS: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'text/csv': 'csv',
  'application/msword': 'doc',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'text/html': 'html',
  'text/plain': 'txt',
  'text/markdown': 'md',
  'application/json': 'txt',
};

/** The bytes tell the format: callers label JPEG as PNG, and Bedrock refuses a mismatch (spec/providers 2.8). */
export function encodeImage(block: ImageBlock, speech: Speech): Json[] {
  const source = encodeSource(block.source, 'image', speech);
  if (!source) return [];
  const type = mediaTypeOf(block.source) ?? '';
  const format =
    ownValue(IMAGES, type) ??
    ownValue(IMAGES, `image/${extension(urlOf(block.source)).replace('jpg', 'jpeg')}`);
  if (format === undefined)
    return refuse(speech, `Amazon Bedrock takes images as PNG, JPEG, GIF or WebP, not as "${shown(type)}".`);
  return [{ image: { format, source } }];
}

export function encodeDocument(block: FileBlock, speech: Speech): Json[] {
  const type = mediaTypeOf(block.source) ?? '';
  if (type.startsWith('image/')) return encodeImage({ kind: 'image', source: block.source }, speech);
  const source = encodeSource(block.source, 'file', speech);
  if (!source) return [];
  const format = ownValue(DOCUMENTS, type) ?? formatOfName(block.name ?? urlOf(block.source));
  if (format === undefined)
    return refuse(
      speech,
      `Amazon Bedrock takes documents as PDF, CSV, Word, Excel, HTML, text or Markdown, not as "${shown(type)}".`,
    );
  return [{ document: { format, name: documentName(block.name, speech), source } }];
}

function mediaTypeOf(source: MediaSource): string | undefined {
  if (source.kind === 'data') return sniffMediaType(source).split(';')[0]?.trim();
  return source.kind === 'url' ? source.mediaType : undefined;
}

function encodeSource(source: MediaSource, what: string, speech: Speech): Json | null {
  if (source.kind === 'data') return { bytes: source.data };
  if (source.kind === 'url' && source.url.startsWith('s3://')) return { s3Location: { uri: source.url } };
  refuse(
    speech,
    source.kind === 'url'
      ? `Amazon Bedrock fetches no ${what} from a URL. Send its bytes as a base64 data URL, or an s3:// address.`
      : `The ${what} "${shown(source.id)}" is kept by another provider, where Amazon Bedrock cannot read it. Send its bytes.`,
  );
  return null;
}

const urlOf = (source: MediaSource) => (source.kind === 'url' ? source.url : '');
const extension = (name: string) => /\.([a-z0-9]{2,5})$/i.exec(name)?.[1]?.toLowerCase() ?? '';

function formatOfName(name: string): string | undefined {
  const found = extension(name);
  return Object.values(DOCUMENTS).find((format) => format === found);
}

const LONGEST_NAME = 200;

/** Letters, digits, single spaces, hyphens and brackets, and no name twice in one request (spec/providers 2.5). */
function documentName(given: string | undefined, speech: Speech): string {
  const { documents } = speech;
  const plain = (given ?? '')
    .replace(/\.[a-z0-9]{2,5}$/i, '')
    .replace(/[^A-Za-z0-9\-()[\]]+/g, ' ')
    .trim()
    .slice(0, LONGEST_NAME - 8)
    .trim();
  let name = plain === '' ? `document-${documents.size + 1}` : plain;
  for (let copy = 2; documents.has(name); copy += 1) name = `${plain || 'document'} (${copy})`;
  documents.add(name);
  return name;
}

const shown = (text: string) => text.slice(0, 64);
