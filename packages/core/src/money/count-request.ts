import { child, isJson, type Json, parseJson, textAt } from '../form/json.ts';

/** What a request carries beside text. */
export interface MediaPart {
  readonly kind: 'image' | 'audio' | 'video' | 'document';
  /** Of the base64 text in the body; null: it stands elsewhere, and the body only says where. */
  readonly length: number | null;
}

/** What a model reads of a request. */
export interface RequestContent {
  readonly texts: readonly string[];
  readonly messages: number;
  readonly media: readonly MediaPart[];
}

/** Where the formats of all clients and providers put what the model reads (spec/providers 3–11). */
const CONTENT = new Set([
  ...['messages', 'system', 'prompt', 'suffix', 'text', 'content'],
  ...['input', 'instructions'],
  ...['contents', 'systemInstruction', 'system_instruction', 'requests'],
  ...['message', 'chat_history', 'preamble', 'documents', 'texts', 'inputs', 'query'],
  ...['inputText', 'instances'],
]);

/** Descriptions of tools and of answers: read as the JSON that they are. */
const DESCRIPTIONS = new Set(['tools', 'functions', 'toolConfig', 'response_format', 'output_config']);

/** Members that say what a part is, not what is in it. */
const LABELS = new Set([
  ...['type', 'role', 'id', 'call_id', 'tool_call_id', 'tool_use_id', 'toolUseId', 'status', 'model'],
  ...['url', 'uri', 'fileUri', 'file_id', 'mimeType', 'mime_type', 'media_type', 'format', 'detail'],
  ...['signature', 'encrypted_content', 'thoughtSignature', 'cache_control', 'ttl'],
]);

/** The arguments and results of calls are data: what looks like a picture in them is text to the model. */
const DATA = new Set(['arguments', 'args', 'parameters', 'input_schema', 'inputSchema', 'schema', 'json']);

/** What a request's body carries. Null: it is no JSON object. Never throws. */
export function readRequest(body: Uint8Array): RequestContent | null {
  const request = parseJson(asText(body));
  return isJson(request) ? contentOf(request) : null;
}

const asText = (bytes: Uint8Array) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();

function contentOf(request: Json): RequestContent {
  const texts: string[] = [];
  const media: MediaPart[] = [];
  let messages = 0;
  /** Without recursion, so that nesting costs memory and nothing else. */
  const open: Array<{ readonly value: unknown; readonly isData: boolean }> = [];
  for (const [key, value] of Object.entries(request)) {
    if (DESCRIPTIONS.has(key) || (key === 'text' && isJson(value))) texts.push(JSON.stringify(value) ?? '');
    else if (CONTENT.has(key)) {
      messages += Array.isArray(value) ? value.length : 1;
      open.push({ value, isData: false });
    }
  }
  for (let at = open.pop(); at; at = open.pop()) {
    const { value, isData } = at;
    if (typeof value === 'string') texts.push(value);
    else if (Array.isArray(value)) for (const it of value) open.push({ value: it, isData });
    else if (isJson(value)) {
      const part = isData ? null : mediaIn(value);
      if (part) media.push(part);
      else
        for (const [key, inner] of Object.entries(value))
          if (!LABELS.has(key) || isData) open.push({ value: inner, isData: isData || isDataOf(value, key) });
    }
  }
  return { texts, messages, media };
}

const isDataOf = (parent: Json, key: string) =>
  DATA.has(key) || (key === 'input' && ('name' in parent || 'toolUseId' in parent));

/** The picture, sound or file that an object is, in any format. */
function mediaIn(part: Json): MediaPart | null {
  switch (textAt(part, 'type')) {
    case 'image_url':
    case 'input_image':
      return addressed('image', child(part, 'image_url')?.url ?? part.image_url);
    case 'video_url':
      return addressed('video', child(part, 'video_url')?.url);
    case 'input_audio':
      return inline('audio', (child(part, 'input_audio') ?? part).data);
    case 'file':
    case 'input_file':
      return addressed('document', (child(part, 'file') ?? part).file_data);
    case 'image':
    case 'document':
      return sourced(part.type === 'image' ? 'image' : 'document', child(part, 'source'));
    default:
      return ofGoogle(part) ?? ofConverse(part);
  }
}

const inline = (kind: MediaPart['kind'], data: unknown): MediaPart => ({
  kind,
  length: typeof data === 'string' ? data.length : null,
});

const MEDIA_TYPE = /^data:([a-z]+)\//i;

/** A data URL carries its bytes; any other says where they are. */
function addressed(kind: MediaPart['kind'], url: unknown): MediaPart {
  if (typeof url !== 'string' || /^https?:/i.test(url)) return { kind, length: null };
  return { kind: kindOf(MEDIA_TYPE.exec(url)?.[1]) ?? kind, length: url.length };
}

function kindOf(mediaType: string | undefined): MediaPart['kind'] | null {
  const word = mediaType?.toLowerCase().split('/')[0];
  return word === 'image' || word === 'audio' || word === 'video' ? word : null;
}

/** Anthropic's; a document of text or of blocks is read like any other content. */
function sourced(kind: MediaPart['kind'], source: Json | null): MediaPart | null {
  const type = textAt(source, 'type');
  if (type === 'base64') return inline(kind, source?.data);
  return type === 'url' || type === 'file' ? { kind, length: null } : null;
}

function ofGoogle(part: Json): MediaPart | null {
  const data = child(part, 'inlineData') ?? child(part, 'inline_data');
  const file = child(part, 'fileData') ?? child(part, 'file_data');
  const it = data ?? file;
  if (it === null) return null;
  const kind = kindOf(textAt(it, 'mimeType') ?? textAt(it, 'mime_type') ?? undefined) ?? 'document';
  return data ? inline(kind, data.data) : { kind, length: null };
}

const CONVERSE = ['image', 'document', 'video', 'audio'] as const;

function ofConverse(part: Json): MediaPart | null {
  for (const kind of CONVERSE) {
    const source = child(child(part, kind), 'source');
    if (typeof source?.bytes === 'string') return inline(kind, source.bytes);
    if (isJson(source?.s3Location)) return { kind, length: null };
  }
  return null;
}
