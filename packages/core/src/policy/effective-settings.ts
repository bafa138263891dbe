import type { Backoff, GatewaySettings } from '../gateway/settings.ts';
import { type HeaderMap, header } from '../http/header-map.ts';
import { type DurationMs, durationMs } from '../ids.ts';
import { parseCustomCost } from '../money/custom-cost.ts';
import type { CustomCost } from '../ports/pricing.ts';
import type { ChosenSetting } from '../record/request-record.ts';

/** Where a setting came from; what stands first wins (spec 4.1, precedence 1). */
export type SettingSource = 'route' | 'step-config' | 'step-headers' | 'request' | 'gateway' | 'default';

export interface Effective<Value> {
  readonly value: Value;
  readonly source: SettingSource;
}

/** What a request is handled with, each setting with its source: the record keeps both. */
export interface EffectiveSettings {
  /** In seconds; 0: not cached. */
  readonly cacheTtl: Effective<number>;
  /** Replaces the whole default key and opts the request into caching (spec 5.4-3). */
  readonly cacheKey: Effective<string | null>;
  /** Ours: the own key stands for every provider and model (spec 5.4-3). */
  readonly cacheAcrossModels: Effective<boolean>;
  readonly skipCache: Effective<boolean>;
  readonly coalesce: Effective<boolean>;
  /** Until the answer's first byte; null: no limit of the caller's. */
  readonly requestTimeout: Effective<DurationMs | null>;
  /** Until its last byte. */
  readonly totalTimeout: Effective<DurationMs | null>;
  /** Between two chunks. */
  readonly idleTimeout: Effective<DurationMs | null>;
  /** In all, 1–5. */
  readonly maxAttempts: Effective<number>;
  readonly retryDelay: Effective<DurationMs>;
  readonly backoff: Effective<Backoff>;
  /** The caller's own rates (spec 5.16). */
  readonly customCost: Effective<CustomCost | null>;
  /** What was clamped or ignored, in sentences (spec 4.1, precedence 4). */
  readonly warnings: readonly string[];
}

/** A step of the universal endpoint, as far as it sets anything. */
export interface StepSettings {
  readonly headers: HeaderMap;
  readonly config: Readonly<Record<string, unknown>>;
}

export const MAX_CACHE_TTL = 30 * 24 * 60 * 60;
const MIN_CACHE_TTL = 60;
/** For a request that brings its own cache key and no lifetime (spec 5.4-4). */
const DEFAULT_CACHE_TTL = 300;
const MAX_CACHE_KEY = 1024;
const MAX_RETRY_DELAY = 60_000;
const MAX_TIMEOUT = 900_000;
const BACKOFFS: readonly Backoff[] = ['constant', 'linear', 'exponential'];

type Reader<Value> = (text: string, name: string, warnings: string[]) => Value | null;

/**
 * Everything that a step, a request and a gateway say, as one decision. Pure: the same words give the same settings.
 * Out of bounds is clamped, unreadable is ignored; either leaves a warning.
 */
export function effectiveSettings(
  gateway: GatewaySettings,
  request: HeaderMap,
  step: StepSettings | null = null,
): EffectiveSettings {
  const warnings: string[] = [];
  const said = new Sayings(request, step, warnings);
  const cacheKey = said.find('cf-aig-cache-key', null, readCacheKey) ?? byDefault(null);
  const timeout = (name: string, config: string | null = null) =>
    said.find<DurationMs | null>(name, config, readTimeout) ?? byDefault(null);
  return {
    cacheTtl: cacheTtl(gateway, said, cacheKey.value !== null, warnings),
    cacheKey,
    cacheAcrossModels: said.find('weir-cache-across-models', null, readFlag) ?? byDefault(false),
    skipCache: said.find('cf-aig-skip-cache', null, readFlag, 'cf-skip-cache') ?? byDefault(false),
    coalesce:
      said.find('weir-cache-coalesce', null, readFlag) ??
      ofGateway(gateway.cache_coalesce ?? null) ??
      byDefault(false),
    requestTimeout: timeout('cf-aig-request-timeout', 'requestTimeout'),
    totalTimeout: said.findInRequest<DurationMs | null>('weir-total-timeout', readTimeout) ?? byDefault(null),
    idleTimeout: timeout('weir-idle-timeout'),
    maxAttempts:
      said.find('cf-aig-max-attempts', 'maxAttempts', within(1, 5)) ??
      ofGateway(gateway.retry_max_attempts) ??
      byDefault(1),
    retryDelay:
      said.find('cf-aig-retry-delay', 'retryDelay', readDelay) ??
      ofGateway(gateway.retry_delay === null ? null : durationMs(gateway.retry_delay)) ??
      byDefault(durationMs(0)),
    backoff:
      said.find('cf-aig-backoff', 'backoff', readBackoff) ??
      ofGateway(gateway.retry_backoff) ??
      byDefault<Backoff>('constant'),
    customCost: said.find<CustomCost | null>('cf-aig-custom-cost', null, readCustomCost) ?? byDefault(null),
    warnings,
  };
}

const byDefault = <Value>(value: Value): Effective<Value> => ({ value, source: 'default' });
const ofGateway = <Value>(value: Value | null): Effective<Value> | null =>
  value === null ? null : { value, source: 'gateway' };

const CACHING_IS_OFF =
  'cf-aig-cache-ttl turns no caching on and was ignored: give the gateway a cache_ttl or the request a cf-aig-cache-key';

/** A lifetime alone does not turn caching on; a key does (spec 4.1, 5.4-1). */
function cacheTtl(
  gateway: GatewaySettings,
  said: Sayings,
  hasKey: boolean,
  warnings: string[],
): Effective<number> {
  const own = said.find('cf-aig-cache-ttl', null, readTtl, 'cf-cache-ttl');
  const ofSettings = gateway.cache_ttl ?? 0;
  if (ofSettings === 0 && !hasKey) {
    if (own?.value) warnings.push(CACHING_IS_OFF);
    // A lifetime of the request alone changes nothing, so nobody chose.
    return byDefault(0);
  }
  if (own) return own;
  return ofSettings > 0 ? { value: ofSettings, source: 'gateway' } : byDefault(DEFAULT_CACHE_TTL);
}

/** The places in which a setting can be said, the strongest first. */
class Sayings {
  readonly #request: HeaderMap;
  readonly #step: StepSettings | null;
  readonly #warnings: string[];

  constructor(request: HeaderMap, step: StepSettings | null, warnings: string[]) {
    this.#request = request;
    this.#step = step;
    this.#warnings = warnings;
  }

  /** @param alias the header's deprecated name: the new one goes before it (spec 4.1, precedence 3). */
  find<Value>(
    name: string,
    config: string | null,
    read: Reader<Value>,
    alias: string | null = null,
  ): Effective<Value> | null {
    const step = this.#step;
    return (
      (step && config !== null ? this.#read(step.config[config], config, read, 'step-config') : null) ??
      (step ? this.#read(headerOf(step.headers, name, alias), name, read, 'step-headers') : null) ??
      this.#read(headerOf(this.#request, name, alias), name, read, 'request')
    );
  }

  /** What holds for all steps together, so that none has a say in it. */
  findInRequest<Value>(name: string, read: Reader<Value>): Effective<Value> | null {
    if (this.#step && header(this.#step.headers, name) !== undefined)
      this.#warnings.push(`${name} holds for the whole request and was ignored in a step`);
    return this.#read(header(this.#request, name), name, read, 'request');
  }

  #read<Value>(
    raw: unknown,
    name: string,
    read: Reader<Value>,
    source: SettingSource,
  ): Effective<Value> | null {
    if (raw === undefined || raw === null) return null;
    const value = read(wordOf(raw), name, this.#warnings);
    return value === null ? null : { value, source };
  }
}

/** A step's config may hold any JSON. What is no word is unreadable: an object's own `toString` is the caller's. */
const wordOf = (raw: unknown): string => (typeof raw === 'object' ? '' : String(raw));

const headerOf = (headers: HeaderMap, name: string, alias: string | null) =>
  header(headers, name) ?? (alias === null ? undefined : header(headers, alias));

const readFlag: Reader<boolean> = (text, name, warnings) => {
  const word = text.trim().toLowerCase();
  if (word === 'true') return true;
  if (word === 'false') return false;
  warnings.push(`${name} must be true or false and was ignored`);
  return null;
};

function readInteger(text: string, name: string, warnings: string[]): number | null {
  const value = /^[+-]?\d+(?:\.0+)?$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (Number.isFinite(value)) return value;
  warnings.push(`${name} must be a whole number and was ignored`);
  return null;
}

const within =
  (least: number, most: number): Reader<number> =>
  (text, name, warnings) => {
    const value = readInteger(text, name, warnings);
    if (value === null) return null;
    const clamped = Math.min(most, Math.max(least, value));
    if (clamped !== value) warnings.push(`${name} must be ${least} to ${most}; ${clamped} was used`);
    return clamped;
  };

const readTtl: Reader<number> = (text, name, warnings) =>
  text.trim() === '0' ? 0 : within(MIN_CACHE_TTL, MAX_CACHE_TTL)(text, name, warnings);

const readDelay: Reader<DurationMs> = (text, name, warnings) => {
  const value = within(0, MAX_RETRY_DELAY)(text, name, warnings);
  return value === null ? null : durationMs(value);
};

const readTimeout: Reader<DurationMs> = (text, name, warnings) => {
  const value = within(1, MAX_TIMEOUT)(text, name, warnings);
  return value === null ? null : durationMs(value);
};

const readBackoff: Reader<Backoff> = (text, name, warnings) => {
  const word = text.trim().toLowerCase();
  const known = BACKOFFS.find((backoff) => backoff === word);
  if (known) return known;
  warnings.push(`${name} must be constant, linear or exponential and was ignored`);
  return null;
};

const readCacheKey: Reader<string> = (key, name, warnings) => {
  if (key !== '' && key.length <= MAX_CACHE_KEY) return key;
  warnings.push(`${name} must be 1 to ${MAX_CACHE_KEY} characters and was ignored`);
  return null;
};

const readCustomCost: Reader<CustomCost> = (text, _, warnings) => {
  const { cost, warning } = parseCustomCost(text);
  if (warning !== null) warnings.push(warning);
  return cost;
};

/** The settings that somebody chose, for the record; null when nobody chose any. A cache key may hold anything: that there is one is enough; own rates stand with the cost. */
export function chosenSettings(settings: EffectiveSettings): Record<string, ChosenSetting> | null {
  let chosen: Record<string, ChosenSetting> | null = null;
  for (const name of SETTINGS) {
    const { value, source } = settings[name];
    if (source === 'default' || value === null) continue;
    chosen ??= {};
    chosen[name] = { value: name === 'cacheKey' || typeof value === 'object' ? true : value, source };
  }
  return chosen;
}

/** In the order in which a record tells them. */
const SETTINGS = Object.keys({
  cacheTtl: true,
  cacheKey: true,
  cacheAcrossModels: true,
  skipCache: true,
  coalesce: true,
  requestTimeout: true,
  totalTimeout: true,
  idleTimeout: true,
  maxAttempts: true,
  retryDelay: true,
  backoff: true,
  customCost: true,
} satisfies Record<Exclude<keyof EffectiveSettings, 'warnings'>, true>) as Exclude<
  keyof EffectiveSettings,
  'warnings'
>[];
