import type { CatalogueQuestion } from '../ports/translation.ts';
import type { UnifiedFormat } from '../providers/descriptor.ts';
import type { Endpoint } from './exchange.ts';

const FORMATS: ReadonlyMap<string, UnifiedFormat> = new Map([
  ['chat/completions', 'openai-chat'],
  ['responses', 'openai-responses'],
  ['messages', 'anthropic-messages'],
  ['embeddings', 'embeddings'],
]);

/**
 * A unified endpoint by its path after `/compat/` or `/ai/v1/`; null when there is none.
 *
 * @param path may begin with `v1/`: the Anthropic SDK adds it to the documented base URL (spec 1.3).
 */
export function unifiedEndpoint(path: string): Endpoint | null {
  const name = path.replace(/^v1\//, '');
  const format = FORMATS.get(name);
  if (format) return { kind: 'unified', format };
  const model = /^models(?:\/(.+))?$/.exec(name);
  if (model) return { kind: 'catalogue', question: modelQuestion(path, model[1]) };
  return name === 'messages/count_tokens' ? { kind: 'count-tokens' } : null;
}

const QUESTIONS: ReadonlyMap<string, CatalogueQuestion> = new Map([
  ['models/search', { kind: 'search' }],
  ['models/schema', { kind: 'schema' }],
  ['authors/search', { kind: 'authors' }],
  ['tasks/search', { kind: 'tasks' }],
]);

/** An endpoint of the API host by its path after `/ai/` (spec 1.3); null when there is none. */
export function apiEndpoint(path: string): Endpoint | null {
  if (path.startsWith('v1/')) return unifiedEndpoint(path.slice(3));
  const question = QUESTIONS.get(path);
  if (question) return { kind: 'catalogue', question };
  // The SDK writes the slashes of a model as `%2F` (spec 1.6-1).
  const run = /^run(?:\/(.*))?$/.exec(path);
  if (run) return { kind: 'run', model: run[1] ? decodeSegment(run[1]) : null };
  return path.startsWith('tomarkdown') ? { kind: 'unserved' } : null;
}

/** With the second `v1/` it is Anthropic's SDK that asks (spec 1.3). */
function modelQuestion(path: string, name: string | undefined): CatalogueQuestion {
  if (name !== undefined) return { kind: 'model', name: decodeSegment(name) };
  return { kind: path.startsWith('v1/') ? 'anthropic-models' : 'models' };
}

export function decodeSegment(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    // Not a name of anything: the look-up that follows says so.
    return segment;
  }
}
