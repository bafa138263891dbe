import { isRefusal } from '../../errors/refusal.ts';
import type { ProviderDescriptor, UnifiedFormat } from '../../providers/descriptor.ts';
import { readModel, setModel } from '../../providers/request-body.ts';
import type { Authenticated, Target } from '../exchange.ts';
import { readRunRequest, runFormat } from '../plan/run-input.ts';

/** What kind of answer a request asks for. */
export interface Asked {
  /** See `CachedAnswer.form`. */
  readonly form: string;
  readonly asStream: boolean;
  /** The request, as one in this form. */
  readonly body: Uint8Array;
}

export function askedBy(exchange: Authenticated, target: Target): Asked {
  const { endpoint, request } = exchange;
  if (endpoint.kind === 'run') return askedByRun(exchange, endpoint.model, target);
  return { form: formOf(exchange, target), asStream: asksForStream(request.body), body: request.body };
}

/** A run's input says what its answer is, and may ask for a stream; the envelope around either is put on later. */
function askedByRun(exchange: Authenticated, modelInPath: string | null, { provider, model }: Target): Asked {
  const run = readRunRequest(exchange, modelInPath);
  if (isRefusal(run)) return { form: 'run', asStream: false, body: exchange.request.body };
  const { name, input } = run;
  const facts = readModel(input);
  const isOwn = isRefusal(facts) || provider.slug === 'workers-ai' || facts.members.has('contents');
  const format = isOwn ? null : runFormat(facts.members, { provider, model: model ?? name });
  const form = format ?? `run/${provider.slug}`;
  return { form, asStream: asksForStream(input), body: setModel(input, name) };
}

function formOf({ endpoint, path, request }: Authenticated, { provider }: Target): string {
  if (endpoint.kind === 'unified') return endpoint.format;
  if (endpoint.kind !== 'native') return endpoint.kind;
  const format = FORMATS.find((name) => {
    const served = provider.serves[name];
    return served !== undefined && bare(served.path) === bare(path);
  });
  return format ?? nativeForm(provider, path, request.rawQuery);
}

const FORMATS: readonly UnifiedFormat[] = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'embeddings',
];
const bare = (path: string) => path.replace(/^\/*(?:v1\/)?/, '').replace(/\/+$/, '');

/** Google's `alt` chooses between a list and events. */
function nativeForm({ slug }: ProviderDescriptor, path: string, rawQuery: string): string {
  const alt = rawQuery === '' ? null : new URLSearchParams(rawQuery).get('alt');
  return alt === null ? `${slug}/${path}` : `${slug}/${path}?alt=${alt}`;
}

function asksForStream(body: Uint8Array): boolean {
  const facts = readModel(body);
  return !isRefusal(facts) && facts.stream;
}
