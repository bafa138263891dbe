import type { Effort } from '../form/request.ts';

/** What a model takes behind this API (spec/providers 6.4). */
export interface MessagesModel {
  /** Tokens of its longest answer: `max_tokens` is needed, and a small default would cut answers in silence. */
  readonly maxOutput: number;
  /** How it is asked to think. `either`: adaptive, or by a budget. */
  readonly thinking: 'adaptive' | 'either' | 'budget' | 'none';
  /** The efforts that it knows, if it thinks adaptively. */
  readonly efforts: readonly Effort[];
  /** How an answer by a schema is asked for: with its own field, or through a forced tool. */
  readonly schema: 'native' | 'tool';
  /** `one-of`: not `temperature` and `top_p` together. */
  readonly sampling: 'free' | 'one-of' | 'refused';
}

const NEWEST: MessagesModel = {
  maxOutput: 128_000,
  thinking: 'adaptive',
  efforts: ['low', 'medium', 'high', 'xhigh', 'max'],
  schema: 'native',
  sampling: 'refused',
};

const OLD: MessagesModel = {
  maxOutput: 4_096,
  thinking: 'none',
  efforts: [],
  schema: 'tool',
  sampling: 'free',
};

/** The first that fits. A version is followed by a date, an end or a mark, so that `opus-4` is not `opus-4-8`. */
const ROWS: readonly (readonly [id: RegExp, row: MessagesModel])[] = [
  [
    /(?:opus|sonnet)-4-6/,
    { ...NEWEST, thinking: 'either', efforts: ['low', 'medium', 'high', 'max'], sampling: 'one-of' },
  ],
  [
    /(?:opus|sonnet|haiku)-4-5/,
    { ...NEWEST, maxOutput: 64_000, thinking: 'budget', efforts: [], sampling: 'one-of' },
  ],
  [/opus-4-1(?!\d)/, { ...OLD, maxOutput: 32_000, thinking: 'budget', schema: 'native' }],
  [/opus-4(?:-0)?(?=$|[-@:]20\d{6}|@|:)|4-opus/, { ...OLD, maxOutput: 32_000, thinking: 'budget' }],
  [/sonnet-4(?:-0)?(?=$|[-@:]20\d{6}|@|:)|4-sonnet/, { ...OLD, maxOutput: 64_000, thinking: 'budget' }],
  // These two rows are from Anthropic's model pages; spec/providers leaves them open.
  [/claude-3-7/, { ...OLD, maxOutput: 64_000, thinking: 'budget' }],
  [/claude-3-5/, { ...OLD, maxOutput: 8_192 }],
  [/claude-(?:3|v?2|v?1|instant)(?!\d)/, OLD],
];

/**
 * By the id in any of its spellings: `claude-sonnet-4-5-20250929`, `claude-sonnet-4-5@20250929`,
 * `us.anthropic.claude-sonnet-4-5-20250929-v1:0`, an ARN, `claude-sonnet-4.5`. A Claude that is not in the list is taken
 * for newer than it; what is no Claude, for the simplest.
 */
export function messagesModel(id: string): MessagesModel {
  const name = id.toLowerCase().replaceAll('.', '-');
  const row = ROWS.find(([pattern]) => pattern.test(name))?.[1];
  return row ?? (name.includes('claude') ? NEWEST : OLD);
}
