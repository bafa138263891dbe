import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { argv, stdout } from 'node:process';
import { fileURLToPath } from 'node:url';
import { parse, type TomlTable } from 'smol-toml';

/**
 * Writes packages/core/src/catalogue/generated-models.ts from a checkout of models.dev (MIT):
 *
 *     node scripts/generate-catalogue.ts <checkout> <commit> <its date>
 */
const [, , checkout, commit, date] = argv;
if (!checkout || !commit || !date) throw new Error('usage: generate-catalogue.ts <checkout> <commit> <date>');

/** The gateway's slugs, and the names of the same providers there. */
const PROVIDERS: Readonly<Record<string, string>> = {
  openai: 'openai',
  anthropic: 'anthropic',
  'google-ai-studio': 'google',
  grok: 'xai',
  deepseek: 'deepseek',
  mistral: 'mistral',
  cohere: 'cohere',
  groq: 'groq',
  cerebras: 'cerebras',
  'perplexity-ai': 'perplexity',
  'aws-bedrock': 'amazon-bedrock',
  'workers-ai': 'cloudflare-workers-ai',
};

interface Source {
  readonly name?: string;
  readonly release_date?: string;
  readonly status?: string;
  readonly reasoning?: boolean;
  readonly temperature?: boolean;
  readonly tool_call?: boolean;
  readonly structured_output?: boolean;
  readonly limit?: { readonly context?: number; readonly output?: number };
  readonly modalities?: { readonly input?: readonly string[]; readonly output?: readonly string[] };
}

const isTable = (value: unknown): value is TomlTable =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

function merged(base: TomlTable, over: TomlTable): TomlTable {
  const result: TomlTable = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const known = result[key];
    result[key] = isTable(known) && isTable(value) ? merged(known, value) : value;
  }
  return result;
}

function readModel(file: string): Source {
  const own = parse(readFileSync(file, 'utf8'));
  if (typeof own.base_model !== 'string') return own as Source;
  const base = join(checkout ?? '', 'models', `${own.base_model}.toml`);
  return merged(parse(readFileSync(base, 'utf8')), own) as Source;
}

/** Of Bedrock, what the unified endpoint takes; each model once, by the profile that works from the default region. */
function isWanted(slug: string, id: string, all: ReadonlySet<string>): boolean {
  if (slug !== 'aws-bedrock') return true;
  const [, geography, name = ''] = /^(?:(us|global|eu|jp|au|apac)\.)?(.+)$/.exec(id) ?? [];
  if (!/^(?:anthropic\.claude|amazon\.nova)/.test(name)) return false;
  return geography === 'us' || (geography === undefined && !all.has(`us.${name}`));
}

const LETTERS: Readonly<Record<string, string>> = {
  text: 't',
  image: 'i',
  audio: 'a',
  video: 'v',
  pdf: 'p',
};
const letters = (names: readonly string[] = ['text']) => names.map((name) => LETTERS[name] ?? '').join('');

/** A model's name wherever it is listed: without its author, its date and its spelling of versions. */
const nameOf = (id: string) =>
  (id.split('/').at(-1) ?? id)
    .toLowerCase()
    .replace(/:.*$|@.*$/, '')
    .replace(/-\d{8}$|-\d{4}-\d{2}-\d{2}$/, '')
    .replaceAll('.', '-');

interface Listings {
  count: number;
  withTools: number;
  withImages: number;
}

/**
 * What all providers there say of a model. One listing alone may be mistaken, so a model is known to lack something only
 * where every listing, and more than one, says so.
 */
function allListings(): ReadonlyMap<string, Listings> {
  const found = new Map<string, Listings>();
  const root = join(checkout ?? '', 'providers');
  for (const file of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    const [, id] = /^[^/]+\/models\/(.+)\.toml$/.exec(file.replaceAll('\\', '/')) ?? [];
    // Links into folders that a checkout may lack.
    if (id === undefined || !existsSync(join(root, file))) continue;
    const model = readModel(join(root, file));
    const listings = found.get(nameOf(id)) ?? { count: 0, withTools: 0, withImages: 0 };
    listings.count += 1;
    if (model.tool_call !== false) listings.withTools += 1;
    if (model.modalities?.input?.includes('image') !== false) listings.withImages += 1;
    found.set(nameOf(id), listings);
  }
  return found;
}

const listings = allListings();

function flagsOf(id: string, model: Source): string {
  const known = listings.get(nameOf(id));
  const isKnown = known !== undefined && known.count > 1;
  const flags: readonly (readonly [flag: string, isSet: boolean | undefined])[] = [
    ['T', model.tool_call],
    ['S', model.structured_output],
    ['R', model.reasoning],
    ['K', model.temperature],
    ['B', model.status === 'beta' || model.status === 'alpha'],
    ['D', model.status === 'deprecated'],
    ['t', isKnown && known.withTools === 0],
    ['i', isKnown && known.withImages === 0],
  ];
  return flags.map(([flag, isSet]) => (isSet ? flag : '')).join('');
}

function rowOf(id: string, model: Source): string {
  const { name = id, limit = {}, modalities = {}, release_date: released = '' } = model;
  const row = [
    id,
    name,
    limit.context ?? 0,
    limit.output ?? 0,
    letters(modalities.input),
    letters(modalities.output),
    flagsOf(id, model),
    released,
  ];
  return JSON.stringify(row);
}

function rowsOf(slug: string, folder: string): string[] {
  const models = join(checkout ?? '', 'providers', folder, 'models');
  if (!existsSync(models)) throw new Error(`${models} is missing`);
  const ids = readdirSync(models, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.toml'))
    .map((file) => file.slice(0, -'.toml'.length).replaceAll('\\', '/'))
    .toSorted();
  const all = new Set(ids);
  return ids
    .filter((id) => isWanted(slug, id, all))
    .map((id) => rowOf(id, readModel(join(models, `${id}.toml`))));
}

const body = Object.entries(PROVIDERS)
  .map(([slug, folder]) => `  ${JSON.stringify(slug)}: [\n    ${rowsOf(slug, folder).join(',\n    ')},\n  ],`)
  .join('\n');

const target = join(
  dirname(fileURLToPath(import.meta.url)),
  '../packages/core/src/catalogue/generated-models.ts',
);
writeFileSync(
  target,
  `// Written by scripts/generate-catalogue.ts from models.dev (github.com/anomalyco/models.dev), commit
// ${commit} of ${date}. MIT License, Copyright (c) 2025 models.dev: LICENSE-models.dev.txt.
// What is newer stands in added-models.ts.
import type { ModelRow } from './model.ts';

export const GENERATED_MODELS: Readonly<Record<string, readonly ModelRow[]>> = {
${body}
};
`,
);
stdout.write(`${target}\n`);
