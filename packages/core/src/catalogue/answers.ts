import { createHash } from 'node:crypto';
import type { Json } from '../form/json.ts';
import {
  authors,
  findModel,
  listModels,
  type ModelSearch,
  type Page,
  pageOf,
  searchModels,
  sourceOf,
  tasks,
} from './catalogue.ts';
import type { CatalogueModel, Task } from './model.ts';
import { modelSchema } from './schema.ts';

/** `GET /ai/v1/models` and `/compat/models`: what `openai`'s `models.list()` reads. */
export const modelList = (): Json => ({ object: 'list', data: listModels().map(openaiModel) });

/** `GET /ai/v1/models/{id}`; null: no such model. */
export function modelCard(name: string): Json | null {
  const model = findModel(name);
  return model && openaiModel(model);
}

const openaiModel = (model: CatalogueModel): Json => ({
  id: model.id,
  object: 'model',
  created: seconds(model),
  owned_by: model.author,
});

/** `GET /ai/v1/v1/models`, which Anthropic's SDK makes of the documented base (spec/api 1.3). */
export function anthropicModelList(): Json {
  const data = listModels({ task: 'Text Generation' }).map((model) => ({
    type: 'model',
    id: model.id,
    display_name: model.name,
    created_at: `${model.released ?? '1970-01-01'}T00:00:00Z`,
  }));
  return { data, has_more: false, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
}

const seconds = ({ released }: CatalogueModel) =>
  released === null ? 0 : Math.floor(Date.parse(`${released}T00:00:00Z`) / 1000) || 0;

const PER_PAGE = 20;
const MOST_PER_PAGE = 100;

/** A whole number of the query within bounds; what is none is the usual. */
function whole(query: URLSearchParams, key: string, usual: number, most: number): number {
  const given = Number(query.get(key) || usual);
  return Number.isInteger(given) && given >= 1 ? Math.min(given, most) : usual;
}

function readSearch(query: URLSearchParams): ModelSearch {
  const word = (key: string) => query.get(key) || undefined;
  const isSet = (key: string) => query.get(key) === 'true' || query.get(key) === '1';
  const source = Number(word('source'));
  return {
    page: whole(query, 'page', 1, Number.MAX_SAFE_INTEGER),
    perPage: whole(query, 'per_page', PER_PAGE, MOST_PER_PAGE),
    hideExperimental: isSet('hide_experimental'),
    includeDeprecated: isSet('include_deprecated'),
    ...optional('search', word('search')),
    ...optional('task', word('task')),
    ...optional('author', word('author')),
    ...(Number.isInteger(source) ? { source } : {}),
  };
}

const optional = <Key extends string>(key: Key, value: string | undefined) =>
  (value === undefined ? {} : { [key]: value }) as Partial<Record<Key, string>>;

/** `GET /ai/models/search`: a v4 page; with `format=openrouter` OpenRouter's list, whole. */
export function modelSearch(query: URLSearchParams): Json {
  const search = readSearch(query);
  if (query.get('format') === 'openrouter') {
    const { items } = searchModels({ ...search, page: 1, perPage: Number.MAX_SAFE_INTEGER });
    return { data: items.map(openrouterModel) };
  }
  return envelope(searchModels(search), search, searchedModel);
}

/** `GET /ai/models/schema?model=`; null: no such model. */
export function schemaAnswer(query: URLSearchParams): Json | null {
  const schema = modelSchema(query.get('model') ?? '');
  return schema && { success: true, errors: [], messages: [], result: schema };
}

/** `GET /ai/authors/search`: all on one page, unless the caller wants less. */
export function authorSearch(query: URLSearchParams): Json {
  return namedSearch(query, authors(), (name) => ({ id: idOf(`author ${name}`), name }));
}

/** `GET /ai/tasks/search` */
export const taskSearch = (query: URLSearchParams): Json => namedSearch(query, tasks(), taskObject);

function namedSearch<Name extends string>(
  query: URLSearchParams,
  all: readonly Name[],
  write: (name: Name) => Json,
): Json {
  const wanted = query.get('search')?.toLowerCase() ?? '';
  const found = all.filter((name) => name.toLowerCase().includes(wanted));
  const page = whole(query, 'page', 1, Number.MAX_SAFE_INTEGER);
  const perPage = whole(query, 'per_page', MOST_PER_PAGE, MOST_PER_PAGE);
  return envelope(pageOf(found, page, perPage), { page, perPage }, write);
}

function envelope<T>(
  { items, total }: Page<T>,
  { page, perPage }: { readonly page: number; readonly perPage: number },
  write: (item: T) => Json,
): Json {
  return {
    success: true,
    errors: [],
    messages: [],
    result: items.map(write),
    result_info: { page, per_page: perPage, count: items.length, total_count: total },
  };
}

const TASKS: Readonly<Record<Task, string>> = {
  'Text Generation': 'Models that write text in answer to a conversation.',
  'Text Embeddings': 'Models that turn text into vectors.',
  'Text-to-Image': 'Models that draw what a text describes.',
  'Text-to-Video': 'Models that film what a text describes.',
  'Text-to-Speech': 'Models that read a text aloud.',
  'Automatic Speech Recognition': 'Models that write down what is said.',
  'Text Classification': 'Models that judge a text.',
};

const taskObject = (name: Task): Json => ({ id: idOf(`task ${name}`), name, description: TASKS[name] });

function searchedModel(model: CatalogueModel): Json {
  const { id, name, task, context, maxOutput, tools, reasoning, structuredOutput } = model;
  const properties = [
    ...(context === null ? [] : [['context_window', String(context)]]),
    ...(maxOutput === null ? [] : [['max_output_tokens', String(maxOutput)]]),
    ...(tools ? [['function_calling', 'true']] : []),
    ...(reasoning ? [['reasoning', 'true']] : []),
    ...(structuredOutput ? [['structured_output', 'true']] : []),
    ...(model.input.includes('image') ? [['vision', 'true']] : []),
    ...(model.isExperimental ? [['beta', 'true']] : []),
    ...(model.isDeprecated ? [['deprecated', 'true']] : []),
  ];
  return {
    id: idOf(id),
    source: sourceOf(model),
    name: id,
    description: `${name}, by ${model.author}`,
    author: model.author,
    provider: model.provider,
    task: taskObject(task),
    created_at: model.released === null ? null : `${model.released} 00:00:00.000`,
    tags: [],
    properties: properties.map(([property_id, value]) => ({ property_id, value })),
  };
}

/** Of the same thing always the same, in the form of a UUID. */
function idOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

const OPENROUTER_WORDS: Readonly<Record<string, string>> = { pdf: 'file' };

function openrouterModel(model: CatalogueModel): Json {
  const word = (name: string) => OPENROUTER_WORDS[name] ?? name;
  const [input, output] = [model.input.map(word), model.output.map(word)];
  return {
    id: model.id,
    canonical_slug: model.id,
    name: model.name,
    created: seconds(model),
    description: '',
    context_length: model.context,
    architecture: {
      modality: `${input.join('+')}->${output.join('+')}`,
      input_modalities: input,
      output_modalities: output,
    },
    top_provider: { context_length: model.context, max_completion_tokens: model.maxOutput },
    supported_parameters: supportedParameters(model),
  };
}

function supportedParameters(model: CatalogueModel): string[] {
  if (model.task === 'Text Embeddings') return ['dimensions', 'encoding_format'];
  if (model.task !== 'Text Generation') return [];
  return [
    'max_tokens',
    'stop',
    ...(model.temperature ? ['temperature', 'top_p'] : []),
    ...(model.tools ? ['tools', 'tool_choice'] : []),
    ...(model.structuredOutput ? ['response_format', 'structured_outputs'] : []),
    ...(model.reasoning ? ['reasoning', 'include_reasoning'] : []),
  ];
}
