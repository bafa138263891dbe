import type { AssistantBlock } from '../../../form/blocks.ts';
import type { Json } from '../../../form/json.ts';
import { residueFor } from '../../../form/provenance.ts';
import type { ModelResponse } from '../../../form/response.ts';
import type { AnswerContext } from '../../client-dialect.ts';
import { writeLogprobs } from '../annotations.ts';
import { writeDetails } from '../reasoning-details.ts';
import { partsOfResidue } from '../residue.ts';
import { writeUsage } from '../usage.ts';
import {
  blocksOf,
  explanationOf,
  finishOf,
  gapBetween,
  speaksFunctions,
  writeAnnotations,
  writeAudio,
  writeCall,
  writeImage,
} from './answer-parts.ts';

/** A `chat.completion` (spec/providers 4.2). */
export function encodeResponse(response: ModelResponse, context: AnswerContext): Json {
  const { blocks, finish, usage } = response;
  const own = response.residue?.dialect === 'openai-chat';
  const residue = partsOfResidue(residueFor('openai-chat', response.residue));
  const isOld = speaksFunctions(context.request);
  const logprobs = blocksOf(blocks, 'text').flatMap((block) => block.logprobs ?? []);
  return {
    ...residue.answer,
    id: response.id ?? context.newId('chatcmpl-'),
    object: 'chat.completion',
    created: response.created ?? context.now,
    model: response.model ?? context.model,
    choices: [
      {
        index: 0,
        message: {
          ...(own ? {} : { refusal: null }),
          ...residue.message,
          ...message(response, context, isOld),
        },
        logprobs: logprobs.length > 0 ? { content: writeLogprobs(logprobs), refusal: null } : null,
        ...finishOf(finish, refusalIn(blocks) !== '', isOld),
        ...residue.choice,
      },
    ],
    ...(usage ? { usage: writeUsage(usage) } : {}),
  };
}

function message({ blocks, finish }: ModelResponse, context: AnswerContext, isOld: boolean): Json {
  const { text, annotations } = textOf(blocks);
  const refusal = refusalIn(blocks) || explanationOf(finish);
  const thoughts = blocksOf(blocks, 'reasoning');
  const thought = thoughts.map((block) => block.text).join('');
  const details = thoughts.flatMap(writeDetails);
  const images = blocksOf(blocks, 'image')
    .map(writeImage)
    .filter((it) => it !== null);
  const audio = blocksOf(blocks, 'audio').map((block) => writeAudio(block, context))[0];
  const calls = blocksOf(blocks, 'tool-call');
  const [first] = calls;
  const isElsewhere = calls.length + images.length > 0 || refusal !== '' || audio !== undefined;
  return {
    role: 'assistant',
    content: text === '' && isElsewhere ? null : text,
    ...(thought === '' ? {} : { reasoning_content: thought }),
    ...(details.length > 0 ? { reasoning_details: details } : {}),
    ...(refusal === '' ? {} : { refusal }),
    ...(annotations.length > 0 ? { annotations } : {}),
    ...(images.length > 0 ? { images } : {}),
    ...(audio ? { audio } : {}),
    ...(calls.length > 0 && !isOld ? { tool_calls: calls.map(writeCall) } : {}),
    ...(first && isOld ? { function_call: { name: first.name, arguments: first.arguments } } : {}),
  };
}

const refusalIn = (blocks: readonly AssistantBlock[]) =>
  blocksOf(blocks, 'refusal')
    .map((block) => block.text)
    .join('');

/** All texts as one, and what they cite: offsets count in the whole. */
function textOf(blocks: readonly AssistantBlock[]): { readonly text: string; readonly annotations: Json[] } {
  const annotations: Json[] = [];
  let text = '';
  let isApart = false;
  for (const block of blocks) {
    isApart ||= block.kind === 'opaque';
    if (block.kind !== 'text') continue;
    if (isApart) text += gapBetween(text, block.text);
    if (block.text !== '') isApart = false;
    annotations.push(...writeAnnotations(block.citations ?? [], text.length, block.text.length));
    text += block.text;
  }
  return { text, annotations };
}
