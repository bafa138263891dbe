import type {
  AssistantBlock,
  AudioBlock,
  Citation,
  ImageBlock,
  ToolCallBlock,
} from '../../../form/blocks.ts';
import type { Json } from '../../../form/json.ts';
import { writeUrl } from '../../../form/media.ts';
import { residueFor } from '../../../form/provenance.ts';
import type { ModelRequest } from '../../../form/request.ts';
import type { Finish, FinishReason } from '../../../form/response.ts';
import type { AnswerContext } from '../../client-dialect.ts';
import { writeAnnotation } from '../annotations.ts';
import { writeFinish } from '../finish.ts';
import { writeCallProof } from '../reasoning-details.ts';

/** The client offers its tools as the old `functions` and reads `function_call`. */
export const speaksFunctions = ({ source }: ModelRequest): boolean =>
  source.dialect === 'openai-chat' &&
  Array.isArray(source.body.functions) &&
  (source.body.tools === undefined || source.body.tools === null);

/** How the answer ended, and the provider's own word for it where ours is another, by OpenRouter's name for that. */
export function finishOf(finish: Finish, refused: boolean, isOld: boolean): Json {
  const reason = writeFinish(finish.reason, refused);
  const native = finish.raw === null || finish.raw === reason ? {} : { native_finish_reason: finish.raw };
  return { finish_reason: isOld && reason === 'tool_calls' ? 'function_call' : reason, ...native };
}

const TAKEN_AWAY: readonly FinishReason[] = ['refusal', 'blocked-output', 'blocked-prompt'];

/** What a provider says of an answer that it took away, which chat clients look for in `refusal`. Empty: nothing. */
export const explanationOf = ({ reason, explanation }: Finish): string =>
  TAKEN_AWAY.includes(reason) ? (explanation ?? '') : '';

/** One call of `tool_calls[]`; a stream begins it with empty arguments. */
export function writeCall(call: Omit<ToolCallBlock, 'kind'>): Json {
  return {
    ...residueFor('openai-chat', call.residue),
    id: call.id,
    ...(call.custom
      ? { type: 'custom', custom: { name: call.name, input: call.arguments } }
      : { type: 'function', function: { name: call.name, arguments: call.arguments } }),
    ...writeCallProof(call.proof),
  };
}

/** `message.images[]`, as OpenRouter names the pictures of an answer; null for one at a file store. */
export function writeImage(block: ImageBlock): Json | null {
  const url = writeUrl(block.source);
  if (url === null) return null;
  return { type: 'image_url', image_url: { url }, ...residueFor('openai-chat', block.residue) };
}

/** `message.audio`; null where the bytes are elsewhere. */
export function writeAudio(block: AudioBlock, context: AnswerContext): Json | null {
  if (block.source.kind !== 'data') return null;
  const residue = residueFor('openai-chat', block.residue);
  return {
    id: 'id' in residue ? residue.id : context.newId('audio_'),
    expires_at: context.now,
    transcript: block.transcript ?? '',
    ...residue,
    data: block.source.data,
  };
}

/** @param start where the cited block begins in the message's text. */
export const writeAnnotations = (citations: readonly Citation[], start: number, length: number): Json[] =>
  citations.map((citation) => writeAnnotation(citation, start, length)).filter((it) => it !== null);

/**
 * What keeps two texts apart between which the provider did something that chat has no words for (it searched, it ran
 * code): "Let me look.The answer" is no sentence. Texts that only citations cut stay together.
 */
export const gapBetween = (before: string, after: string): string =>
  before === '' || after === '' || /\s$/.test(before) || /^\s/.test(after) ? '' : '\n\n';

/** All blocks of one kind. */
export function blocksOf<Kind extends AssistantBlock['kind']>(
  blocks: readonly AssistantBlock[],
  kind: Kind,
): Extract<AssistantBlock, { kind: Kind }>[] {
  return blocks.filter((block): block is Extract<AssistantBlock, { kind: Kind }> => block.kind === kind);
}
