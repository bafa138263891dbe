import {
  type ChatDeviations,
  chatDialect,
  deviate,
  OPENAI_CHAT,
} from '../../dialects/openai-chat/provider/index.ts';
import { responsesDialect } from '../../dialects/openai-responses/provider/index.ts';
import type { ProviderDialect } from '../../dialects/provider-dialect.ts';
import type { Effort, ModelRequest } from '../../form/request.ts';
import type { ProviderTranslation } from '../provider-translation.ts';
import { openai } from './descriptor.ts';

/** They think, and refuse what tunes the choice of tokens (spec/providers 4.1). */
const REASONING: ChatDeviations = deviate(
  {
    parameters: {
      temperature: 'drop',
      topP: 'drop',
      frequencyPenalty: 'drop',
      presencePenalty: 'drop',
      logitBias: 'drop',
      logprobs: 'refuse',
      reasoning: 'keep',
    },
    systemRole: 'developer',
  },
  OPENAI_CHAT,
);

/** They make one call at a time and know three efforts. */
const O_SERIES: ChatDeviations = deviate(
  {
    parameters: { parallelToolCalls: 'drop', verbosity: 'drop' },
    reasoning: { kind: 'effort', words: efforts('low', 'low', 'high', 'high') },
  },
  REASONING,
);

/** From o3 on and until 5.1, stop strings are refused; later models differ, and say so themselves. */
const O3: ChatDeviations = deviate({ parameters: { stop: 'refuse' } }, O_SERIES);

const GPT_5: ChatDeviations = deviate(
  {
    parameters: { stop: 'refuse' },
    reasoning: { kind: 'effort', words: efforts('minimal', 'minimal', 'high', 'high') },
  },
  REASONING,
);

/** From 5.1 on a model may be told not to think, and then it takes what tunes again. */
const GPT_5_1: ChatDeviations = deviate(
  { reasoning: { kind: 'effort', words: efforts('none', 'low', 'high', 'high') } },
  REASONING,
);
const GPT_5_2: ChatDeviations = deviate(
  { reasoning: { kind: 'effort', words: efforts('none', 'low', 'xhigh', 'xhigh') } },
  REASONING,
);
/** The models of Responses alone know fewer efforts than their families. */
const CODEX: ChatDeviations = deviate(
  { reasoning: { kind: 'effort', words: efforts('low', 'low', 'high', 'high') } },
  REASONING,
);
const CODEX_MAX: ChatDeviations = deviate(
  { reasoning: { kind: 'effort', words: efforts('low', 'low', 'xhigh', 'xhigh') } },
  REASONING,
);
const GPT_5_PRO: ChatDeviations = deviate(
  { reasoning: { kind: 'effort', words: always('high') } },
  REASONING,
);
const LATER_PRO: ChatDeviations = deviate(
  {
    reasoning: {
      kind: 'effort',
      words: { ...efforts('medium', 'medium', 'xhigh', 'xhigh'), low: 'medium' },
    },
  },
  REASONING,
);
const DEEP_RESEARCH: ChatDeviations = deviate(
  { reasoning: { kind: 'effort', words: always('medium') } },
  O_SERIES,
);

const NOT_THINKING: ChatDeviations = deviate(
  { reasoning: GPT_5_1.reasoning, systemRole: 'developer', parameters: { reasoning: 'keep' } },
  OPENAI_CHAT,
);

/** o1-mini and o1-preview know neither role for instructions, and no tools. */
const O1_MINI: ChatDeviations = deviate(
  { systemRole: 'user', laterSystem: 'user', tools: false, parameters: { reasoning: 'drop' } },
  O_SERIES,
);

/** They search before every answer and take nothing that tunes. */
const SEARCH_PREVIEW: ChatDeviations = deviate(
  {
    parameters: {
      temperature: 'drop',
      topP: 'drop',
      frequencyPenalty: 'drop',
      presencePenalty: 'drop',
      seed: 'drop',
      logitBias: 'drop',
      logprobs: 'refuse',
      verbosity: 'drop',
    },
    webSearch: 'web_search_options',
  },
  OPENAI_CHAT,
);

/** Models without thoughts. */
const PLAIN: ChatDeviations = deviate({ parameters: { verbosity: 'drop' } }, OPENAI_CHAT);

function efforts(
  none: string,
  minimal: string,
  xhigh: string,
  max: string,
): Readonly<Record<Effort, string>> {
  return { none, minimal, low: 'low', medium: 'medium', high: 'high', xhigh, max };
}

function always(word: string): Readonly<Record<Effort, string>> {
  return { ...efforts(word, word, word, word), low: word, medium: word, high: word };
}

/** `*-chat*` of the GPT-5 family does not think. */
const THINKS = /^(?:o\d|gpt-(?:[5-9]|1\d))(?!.*-chat)/;

/** The deviations of a model of OpenAI's own by its name. Fine-tuned ones (`ft:gpt-4o:…`) are as what they came from. */
function openaiDeviations(name: string, request: ModelRequest): ChatDeviations {
  const model = name.replace(/^ft:/, '');
  if (/^o1-(?:mini|preview)/.test(model)) return O1_MINI;
  if (/-search-(?:preview|api)/.test(model)) return SEARCH_PREVIEW;
  if (!THINKS.test(model)) return PLAIN;
  if (/-deep-research/.test(model)) return DEEP_RESEARCH;
  if (/-pro/.test(model) && !/^o\d/.test(model)) return /^gpt-5-/.test(model) ? GPT_5_PRO : LATER_PRO;
  if (/-codex/.test(model)) return /^gpt-5(?:\.1)?-codex(?!-max)/.test(model) ? CODEX : CODEX_MAX;
  if (/^o\d/.test(model)) return /^o(?:3(?!-mini)|4)/.test(model) ? O3 : O_SERIES;
  if (/^gpt-5(?!\.)/.test(model)) return GPT_5;
  if (request.parameters.reasoning?.effort === 'none') return NOT_THINKING;
  return /^gpt-5\.1(?!\d)/.test(model) ? GPT_5_1 : GPT_5_2;
}

/**
 * Chat completions, except where they do not do: for models that answer on Responses alone, for an Anthropic client that
 * wants to see thoughts (chat never shows OpenAI's), for a search of the web by a model that needs a tool for it, and for
 * tools of models from 5.2 on, which think while they call them on Responses alone (openai/openai-openapi#541).
 * Responses has no stop sequences, so who uses them stays with chat.
 */
export const openaiTranslation: ProviderTranslation = {
  slug: 'openai',
  dialectFor(model, request) {
    const deviations = openaiDeviations(model, request);
    if (openai.serves['openai-chat']?.except?.test(model)) return overResponses(deviations);
    if (request.parameters.stop) return chatDialect(deviations);
    const needsResponses =
      (THINKS.test(model) && deviations !== O1_MINI && wantsThoughts(request)) ||
      (deviations === GPT_5_2 && request.tools.length > 0) ||
      (deviations.webSearch === 'none' && request.tools.some(({ kind }) => kind === 'web-search'));
    return needsResponses ? overResponses(deviations) : chatDialect(deviations);
  },
};

/** What a model refuses and its words for efforts are the same in both formats. */
function overResponses({ parameters, reasoning }: ChatDeviations): ProviderDialect {
  const { temperature, topP, logprobs, verbosity, parallelToolCalls, reasoning: thinks } = parameters;
  return responsesDialect({
    parameters: { temperature, topP, logprobs, verbosity, parallelToolCalls, reasoning: thinks },
    ...(reasoning.kind === 'effort' ? { efforts: reasoning.words } : {}),
  });
}

function wantsThoughts({ source, parameters: { reasoning } }: ModelRequest): boolean {
  if (source.dialect !== 'anthropic-messages' || !reasoning) return false;
  return reasoning.effort !== 'none' && reasoning.shown !== false;
}
