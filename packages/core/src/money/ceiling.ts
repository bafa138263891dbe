import { type Json, parseJson } from '../form/json.ts';
import type { Ceiling, PriceQuestion } from '../ports/pricing.ts';
import { readMembers, valueText } from '../providers/json-members.ts';
import { type Attodollars, attodollars, roundUpToMicros } from './attodollars.ts';
import {
  contextOf,
  type MostOutput,
  mostOutput,
  NAMING_MEMBERS,
  namesMore,
  OUTPUT_MEMBERS,
} from './ceiling-output.ts';
import { familyOf, inFamily } from './count-families.ts';
import { type RequestContent, readRequest } from './count-request.ts';
import { type Tokenizer, textTokens } from './count-usage.ts';
import { mostTokens } from './estimate-media.ts';
import type { Rates, Tariff } from './tariff.ts';

type Asked = Pick<PriceQuestion, 'provider' | 'model'>;

/**
 * The most that a request can cost (design 7): the most input and the most output, each at its dearest rate. Without a
 * tokenizer: a token of a byte-level tokenizer is at least a byte of text, text in JSON has no fewer bytes than the text,
 * and the JSON around a message has more bytes than its format has tokens. So the body's own size bounds its tokens; only
 * media, whose base64 text says nothing of their tokens, are looked for and bounded one by one.
 *
 * It reads the body once. Whatever the body is, it never throws.
 */
export const ceilingOf = (tariff: Tariff, asked: Asked, body: Uint8Array): Ceiling =>
  priced(tariff, readBody(asked, body));

/**
 * Tighter, by counting: for when the cheap one does not fit into what is left. Some milliseconds. With another family's
 * tokenizer than the model's own it is not sure.
 */
export function countedCeiling(
  tariff: Tariff,
  asked: Asked,
  body: Uint8Array,
  tokenizer: Tokenizer,
): Ceiling {
  const facts = readBody(asked, body);
  const content = body.length > MOST_COUNTED ? null : readRequest(body);
  if (content === null) return priced(tariff, facts);
  const family = familyOf(asked.model);
  const margin = family.isOwn ? OWN_MARGIN : OTHER_MARGIN;
  const text = Math.ceil((inFamily(family, textTokens(content, tokenizer)) * margin) / 100);
  const counted = text + facts.hidden + mediaTokens(asked, content);
  return priced(tariff, {
    ...facts,
    input: Math.min(counted, facts.input),
    isInputSure: facts.isInputSure && (family.isOwn || counted >= facts.input),
  });
}

const MOST_COUNTED = 1_000_000;
/** Hundredths: what a chat format may add to the text, and how far a family's factor may be off. */
const OWN_MARGIN = 110;
const OTHER_MARGIN = 125;

interface BodyFacts {
  /** The most tokens in it, and in what providers put around it. */
  readonly input: number;
  /** Of these the provider's own. */
  readonly hidden: number;
  readonly isInputSure: boolean;
  readonly output: MostOutput;
  /** What makes a dearer rate possible. */
  readonly isLongCached: boolean;
  readonly isHeard: boolean;
  readonly isSeen: boolean;
  readonly searches: number;
  /** Read as well, and not in the body. Tokens. */
  readonly more: number;
}

/** Words without which a body holds no media, in any format; or letters that somebody has written as numbers. */
const MEDIA = /image|audio|video|"file|"document|inline|_file|file_data|\\u00[4-7]/;
/** Words without which nothing is said about tools. */
const TOOLS = /"tools"|"toolConfig"|"functions"|earch|:online/;
/** Tools of the provider's own, whose findings are read as well. */
const SEARCH =
  /web_search|google_search|googleSearch|search_parameters|x_search|:online"|web_fetch|url_context/;
const LONG_CACHE = /"ttl"|cache_retention/;
const USUAL_SEARCHES = 10;
const READ_OF_A_SEARCH = 5_000;
/** Where the model is not known. Tokens. */
const USUAL_CONTEXT = 200_000;

function readBody(asked: Asked, body: Uint8Array): BodyFacts {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1');
  const { members, keys } = membersOf(body);
  const hasTools = TOOLS.test(text);
  const hidden = HIDDEN + (hasTools ? aboutTools(text) : 0);
  const isSeen = MEDIA.test(text);
  const media = isSeen ? boundMedia(asked, body) : { tokens: 0, isSure: true };
  const searches = hasTools && SEARCH.test(text) ? USUAL_SEARCHES : 0;
  const unseen = namesMore(members) ? (contextOf(asked.provider, asked.model) ?? USUAL_CONTEXT) : 0;
  return {
    input: body.length + media.tokens + hidden,
    hidden,
    isInputSure: media.isSure && keys.size > 0,
    output: mostOutput(members, keys, asked),
    isLongCached: LONG_CACHE.test(text),
    // Films have sound.
    isHeard: isSeen && /audio|video|\\u00/.test(text),
    isSeen,
    searches,
    more: unseen + searches * READ_OF_A_SEARCH,
  };
}

/** What a provider may put in front of a conversation (Llama's date, gpt-oss's own system message). Tokens. */
const HIDDEN = 128;
/** And what it says about tools (Anthropic: 806 at most); a tool of its own comes with its description. */
const ABOUT_TOOLS = 1_024;
const OWN_TOOL = /"type"\s*:\s*"[a-z_]+_20\d{6}"/g;

const aboutTools = (text: string) => ABOUT_TOOLS * (1 + (text.match(OWN_TOOL)?.length ?? 0));

/** What media add to the body's size, or take from it: their base64 text is not read. */
function boundMedia(asked: Asked, body: Uint8Array): { readonly tokens: number; readonly isSure: boolean } {
  const content = readRequest(body);
  // A form with a recording in it, whose length is not known.
  if (content === null) return { tokens: 0, isSure: false };
  const inline = content.media.reduce((sum, { length }) => sum + (length ?? 0), 0);
  return {
    tokens: mediaTokens(asked, content) - inline,
    isSure: content.media.every(({ kind, length }) => kind === 'image' || length !== null),
  };
}

function mediaTokens({ provider, model }: Asked, { media }: RequestContent): number {
  if (media.length === 0) return 0;
  const context = contextOf(provider, model);
  return media.reduce((sum, part) => sum + mostTokens(part, model.toLowerCase(), context), 0);
}

/** The names of all members, and the values of those that bound something. None: it is no JSON object. */
function membersOf(body: Uint8Array): { readonly members: Json; readonly keys: ReadonlySet<string> } {
  const object = readMembers(body);
  if (typeof object === 'string') return { members: {}, keys: new Set() };
  const members: Record<string, unknown> = {};
  // Of members of one name the last holds.
  for (const member of object.members)
    if (OUTPUT_MEMBERS.has(member.key) || NAMING_MEMBERS.has(member.key))
      members[member.key] = parseJson(valueText(body, member));
  return { members, keys: new Set(object.members.map(({ key }) => key)) };
}

function priced(tariff: Tariff, facts: BodyFacts): Ceiling {
  const { output, searches, more } = facts;
  const input = facts.input + more;
  const fixed = dearest(tariff, input, ({ request, search }) => [
    attodollars(request + (search ?? 0n) * BigInt(searches)),
  ]);
  const exact =
    fixed +
    BigInt(input) * dearest(tariff, input, inputRates(facts)) +
    BigInt(output.tokens) * dearest(tariff, input, outputRates(facts));
  return {
    amount: roundUpToMicros(attodollars(exact)),
    isSure: facts.isInputSure && output.isSure && more === 0,
  };
}

type Choice = (rates: Rates) => readonly Attodollars[];

const inputRates =
  ({ isLongCached, isHeard, isSeen }: BodyFacts): Choice =>
  (rates) => [
    rates.input,
    rates.cacheRead,
    rates.cacheWrite,
    ...(isLongCached ? [rates.cacheWriteLong] : []),
    ...(isHeard ? [rates.inputAudio] : []),
    ...(isSeen ? [rates.inputImage] : []),
  ];

const outputRates =
  ({ isHeard }: BodyFacts): Choice =>
  (rates) => [rates.output, rates.reasoning, rates.outputImage, ...(isHeard ? [rates.outputAudio] : [])];

/** Over all tiers that a request of this size may fall into. */
function dearest({ tiers }: Tariff, size: number, choose: Choice): bigint {
  let most = 0n;
  for (const { above, rates } of tiers) {
    if (size <= above) continue;
    for (const rate of choose(rates)) if (rate > most) most = rate;
  }
  return most;
}
