import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { RecordedAnswer, WireName } from '../simulators/index.ts';
import { awsEvent } from '../upstream/aws-event-frames.ts';
import type { Mode } from './clients/client.ts';

/** One answer of a real provider, and the model whose requests meet its format. */
export interface Recording {
  /** `folder/file`, and the number of the answer where a file holds several. */
  readonly name: string;
  readonly model: string;
  readonly wire: WireName;
  readonly mode: Mode;
  readonly answer: RecordedAnswer;
}

/** By folder, or by file where one holds another format than its neighbours. */
const SOURCES: Readonly<Record<string, readonly [model: string, wire: WireName]>> = {
  'openai-chat': ['openai/gpt-4.1', 'openai-chat'],
  'azure-openai': ['azure-openai/contoso/gpt-4.1', 'openai-chat'],
  'azure-openai/azure-tool-call': ['openai/o3-pro', 'openai-responses'],
  'openai-responses': ['openai/o3-pro', 'openai-responses'],
  'openai-compatible': ['openai/o3-pro', 'openai-responses'],
  anthropic: ['anthropic/claude-sonnet-4-6', 'anthropic-messages'],
  google: ['google-ai-studio/gemini-3-pro-preview', 'gemini'],
  bedrock: ['aws-bedrock/amazon.nova-pro-v1:0', 'converse'],
  cohere: ['cohere/command-a-03-2025', 'cohere'],
  mistral: ['mistral/mistral-small-latest', 'openai-chat'],
  groq: ['groq/qwen/qwen3-32b', 'openai-chat'],
  xai: ['grok/grok-4', 'openai-chat'],
  deepseek: ['deepseek/deepseek-chat', 'openai-chat'],
  cerebras: ['cerebras/gpt-oss-120b', 'openai-chat'],
  openrouter: ['openrouter/openai/gpt-4.1', 'openai-chat'],
  perplexity: ['perplexity/sonar', 'openai-chat'],
  huggingface: ['huggingface/meta-llama/Llama-3.3-70B-Instruct', 'openai-chat'],
};

/** Why a file is no answer to a question of the suite. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'ollama/tool-call': 'Ollama is reached through custom providers, which are not there yet',
  'openai-chat/audio-output': 'only a client that asked for sound gets it',
  'bedrock/invoke-anthropic': 'InvokeModel is used for what Converse cannot say',
};

/** Every recording beneath the folder, in the order of their names; none where the folder is absent. */
export function recordedAnswers(folder: string): readonly Recording[] {
  if (!existsSync(folder)) return [];
  return globSync('*/*.{json,sse,chunks.txt,cassette.yaml}', { cwd: folder })
    .sort()
    .flatMap((file) => {
      const short = file.replace(/\.(?:json|sse|chunks\.txt|cassette\.yaml)$/, '').replace(/\.1$/, '');
      const source = SOURCES[short] ?? SOURCES[short.split('/')[0] ?? ''];
      if (!source || short in LEFT_OUT) return [];
      const [model, wire] = source;
      const answers = read(join(folder, file));
      return answers.map((answer, index) => ({
        name: answers.length > 1 ? `${short} (${index + 1})` : short,
        model,
        wire,
        mode: /event-?stream/.test(answer.contentType) ? ('stream' as const) : ('whole' as const),
        answer,
      }));
    });
}

const JSON_TYPE = 'application/json';
const SSE_TYPE = 'text/event-stream';
const AWS_TYPE = 'application/vnd.amazon.eventstream';

function read(path: string): RecordedAnswer[] {
  const bytes = readFileSync(path);
  if (path.endsWith('.cassette.yaml'))
    return (parse(bytes.toString()) as Cassette).interactions.map(interaction);
  if (path.endsWith('.sse')) return [{ status: 200, contentType: SSE_TYPE, bytes }];
  if (path.endsWith('.chunks.txt')) return [framed(bytes.toString())];
  return [{ status: statusOf(JSON.parse(bytes.toString())), contentType: JSON_TYPE, bytes }];
}

/** Of a body that was kept without its status. */
function statusOf({ error }: { readonly error?: { readonly code?: unknown } | null }): number {
  if (!error) return 200;
  return typeof error.code === 'number' ? error.code : 400;
}

/** Puts the framing back that the file left out: one event per line, of AWS one frame. */
function framed(text: string): RecordedAnswer {
  const lines = text.split('\n').filter((line) => line !== '');
  const events: Readonly<Record<string, unknown>>[] = lines.map((line) => JSON.parse(line));
  const isAws = events.every((event) => Object.keys(event).length === 1 && !('type' in event));
  if (isAws)
    return {
      status: 200,
      contentType: AWS_TYPE,
      bytes: Buffer.concat(
        events.flatMap((event) => Object.entries(event).map(([type, payload]) => awsEvent(type, payload))),
      ),
    };
  // The first answer, where one follows another.
  const end = events.findIndex(({ type }) => type === 'response.completed');
  const own = end === -1 ? lines : lines.slice(0, end + 1);
  const isChat = events.some((event) => 'choices' in event);
  const body = own.map((line, index) => {
    const type = events[index]?.type;
    return `${typeof type === 'string' ? `event: ${type}\n` : ''}data: ${line}\n\n`;
  });
  return {
    status: 200,
    contentType: SSE_TYPE,
    bytes: Buffer.from(`${body.join('')}${isChat ? 'data: [DONE]\n\n' : ''}`),
  };
}

interface Cassette {
  readonly interactions: readonly {
    readonly response: {
      readonly status?: { readonly code: number };
      readonly code?: number;
      readonly parsed_body?: unknown;
      readonly body?: string | { readonly string: string | Uint8Array };
    };
  }[];
}

function interaction({ response }: Cassette['interactions'][number]): RecordedAnswer {
  const status = response.status?.code ?? response.code ?? 200;
  if (response.parsed_body !== undefined)
    return { status, contentType: JSON_TYPE, bytes: Buffer.from(JSON.stringify(response.parsed_body)) };
  const body = typeof response.body === 'object' ? response.body.string : (response.body ?? '');
  const bytes = Buffer.from(body as Uint8Array);
  const isText = typeof body === 'string';
  const isSse = isText && /^(?:data|event|:)/.test(body.trimStart());
  if (isText && !isSse) return { status, contentType: JSON_TYPE, bytes };
  return { status, contentType: isSse ? SSE_TYPE : AWS_TYPE, bytes };
}
