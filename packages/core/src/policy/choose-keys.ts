import { isSameProvider } from '../account/custom-descriptor.ts';
import type { StoredKey } from '../gateway/stored-key.ts';

/** The alias that is meant when the caller names none and no key is marked (spec 5.2, step 2). */
const DEFAULT_ALIAS = 'default';

/** The stored keys that a request may use. */
export type KeyChoice =
  | { readonly kind: 'keys'; readonly keys: readonly StoredKey[] }
  /** The caller named an alias that no key has (spec 5.2-1). `aliases`: those that the provider's keys have. */
  | { readonly kind: 'missing'; readonly alias: string; readonly aliases: readonly string[] };

/**
 * The keys of a provider under an alias, in the order in which they are tried: the lowest `order` first, and among equals
 * drawn by `weight`, each time anew.
 *
 * @param alias as the caller names it; null: the one marked as the provider's default, else `default`.
 * @param draw gives the next random number in [0, 1).
 */
export function chooseKeys(
  stored: readonly StoredKey[],
  provider: string,
  alias: string | null,
  draw: () => number,
): KeyChoice {
  const own = stored.filter((key) => isSameProvider(key.provider, provider));
  const wanted = alias ?? own.find(({ defaultConfig }) => defaultConfig)?.alias ?? DEFAULT_ALIAS;
  const keys = own.filter((key) => key.alias === wanted);
  if (keys.length === 0 && alias !== null)
    return { kind: 'missing', alias, aliases: [...new Set(own.map((key) => key.alias))] };
  return { kind: 'keys', keys: keys.length > 1 ? inTurn(keys, draw) : keys };
}

/** Drawn without putting back: a key of twice the weight is twice as often the first of its equals. */
function inTurn(keys: readonly StoredKey[], draw: () => number): StoredKey[] {
  const turns: StoredKey[] = [];
  const left = [...keys].sort((one, other) => one.order - other.order);
  while (left.length > 0) {
    const equals = left.filter(({ order }) => order === left[0]?.order);
    const drawn = drawnByWeight(equals, draw());
    if (!drawn) break;
    turns.push(drawn);
    left.splice(left.indexOf(drawn), 1);
  }
  return turns;
}

function drawnByWeight(keys: readonly StoredKey[], random: number): StoredKey | undefined {
  let at = random * keys.reduce((sum, { weight }) => sum + weight, 0);
  for (const key of keys) {
    at -= key.weight;
    if (at < 0) return key;
  }
  return keys.at(-1);
}
