import type { Json } from '../../../form/json.ts';
import type { ParameterName, Parameters } from '../../../form/request.ts';
import { ownValue } from '../../../own-value.ts';

/** Bedrock's limits: 16 entries of these characters. */
const WORD = /^[A-Za-z0-9\s:_@$#=/+,.-]{0,256}$/;
const MOST = 16;

type Drop = (parameter: ParameterName) => void;

/** The end user and the caller's metadata: a map of texts. What Bedrock would refuse is left out, and named. */
export function requestMetadata({ user, metadata }: Parameters, drop: Drop): Json | null {
  const given = Object.entries(metadata ?? {});
  const entries = given.filter(([key, value]) => key !== '' && WORD.test(key) && WORD.test(value));
  const room = user === undefined ? MOST : MOST - 1;
  if (entries.length < given.length || entries.length > room) drop('metadata');
  const hasUser = user !== undefined && WORD.test(user);
  if (user !== undefined && !hasUser) drop('user');
  const kept = [...entries.slice(0, room), ...(hasUser ? [['user', user] as const] : [])];
  return kept.length > 0 ? Object.fromEntries(kept) : null;
}

/** OpenAI's and Anthropic's words for Bedrock's tiers. `auto` says nothing. */
const TIERS: Readonly<Record<string, string>> = {
  default: 'default',
  standard_only: 'default',
  priority: 'priority',
  flex: 'flex',
  reserved: 'reserved',
};

export function serviceTier({ serviceTier: wanted }: Parameters, drop: Drop): Json | null {
  if (wanted === undefined || wanted === 'auto') return null;
  const type = ownValue(TIERS, wanted);
  if (type === undefined) drop('serviceTier');
  return type === undefined ? null : { type };
}
