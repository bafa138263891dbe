import { ADDED_MODELS } from './added-models.ts';
import { GENERATED_MODELS } from './generated-models.ts';
import { type CatalogueModel, modelOf, type Task } from './model.ts';
import { modelKeys, nameOf } from './names.ts';

let known: readonly CatalogueModel[] | null = null;

/** Every model, by id. Made from its rows when first asked for. */
export function allModels(): readonly CatalogueModel[] {
  known ??= [GENERATED_MODELS, ADDED_MODELS]
    .flatMap((part) => Object.entries(part))
    .flatMap(([slug, rows]) => rows.map((row) => modelOf(slug, row)))
    .toSorted((one, other) => (one.id < other.id ? -1 : 1));
  return known;
}

export interface ModelFilter {
  readonly provider?: string;
  readonly author?: string;
  readonly task?: Task;
  /** Deprecated ones too. */
  readonly includeDeprecated?: boolean;
}

export function listModels(filter: ModelFilter = {}): readonly CatalogueModel[] {
  const { provider, author, task, includeDeprecated = false } = filter;
  return allModels().filter(
    (model) =>
      (provider === undefined || model.provider === provider) &&
      (author === undefined || model.author === author) &&
      (task === undefined || model.task === task) &&
      (includeDeprecated || !model.isDeprecated),
  );
}

let byKey: ReadonlyMap<string, CatalogueModel> | null = null;

/**
 * A model by any of its names: the API host's (`xai/grok-4.3`), a slug's (`grok/grok-4.3`), the provider's own
 * (`grok-4.3`), with a dated suffix, a Bedrock region or geography, in any case. Null: not in the catalogue.
 */
export function findModel(name: string): CatalogueModel | null {
  byKey ??= new Map(
    allModels()
      .flatMap((model) => modelKeys(model).map((key) => [key, model] as const))
      // Of models of one name the first provider's own stands: `gpt-oss-120b` is found, but under its own names first.
      .toReversed(),
  );
  const wanted = nameOf(name);
  return byKey.get(wanted.whole) ?? byKey.get(wanted.undated) ?? null;
}

/** The model by its provider's slug and the provider's own name. */
export function findServed(slug: string, model: string): CatalogueModel | null {
  const found = findModel(slug === 'workers-ai' ? model : `${slug}/${model}`);
  return found?.provider === slug ? found : null;
}

export interface ModelSearch {
  readonly page: number;
  readonly perPage: number;
  readonly search?: string;
  readonly task?: string;
  readonly author?: string;
  /** 1: Workers AI. 2: other providers. */
  readonly source?: number;
  readonly hideExperimental: boolean;
  readonly includeDeprecated: boolean;
}

export const sourceOf = ({ provider }: CatalogueModel) => (provider === 'workers-ai' ? 1 : 2);

export interface Page<T> {
  readonly items: readonly T[];
  readonly total: number;
}

/** One page; past the last one it is empty (spec/api 1.6-3). */
export function searchModels(query: ModelSearch): Page<CatalogueModel> {
  const wanted = query.search?.toLowerCase();
  const found = allModels().filter(
    (model) =>
      (query.includeDeprecated || !model.isDeprecated) &&
      !(query.hideExperimental && model.isExperimental) &&
      (query.source === undefined || sourceOf(model) === query.source) &&
      (query.task === undefined || model.task.toLowerCase() === query.task.toLowerCase()) &&
      (query.author === undefined || model.author.toLowerCase() === query.author.toLowerCase()) &&
      (wanted === undefined ||
        model.id.toLowerCase().includes(wanted) ||
        model.name.toLowerCase().includes(wanted)),
  );
  return pageOf(found, query.page, query.perPage);
}

export const pageOf = <T>(all: readonly T[], page: number, perPage: number): Page<T> => ({
  items: all.slice((page - 1) * perPage, page * perPage),
  total: all.length,
});

export const authors = (): readonly string[] =>
  [...new Set(listModels().map(({ author }) => author))].toSorted();
export const tasks = (): readonly Task[] => [...new Set(listModels().map(({ task }) => task))].toSorted();
