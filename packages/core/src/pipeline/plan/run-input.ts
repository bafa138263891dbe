import { isRefusal, Refusal } from '../../errors/refusal.ts';
import type { UnifiedFormat } from '../../providers/descriptor.ts';
import { readRun } from '../../providers/request-body.ts';
import type { ModelTarget } from '../../providers/unified-target.ts';
import type { Authenticated } from '../exchange.ts';

/** A run as its path and body say it (spec 5.3). */
export interface RunRequest {
  readonly name: string;
  readonly pin: string | null;
  /** The model's own input: the bytes of `input`, or the whole body where the path names the model. */
  readonly input: Uint8Array;
}

export const readRunRequest = (exchange: Authenticated, modelInPath: string | null): RunRequest | Refusal =>
  modelInPath === null ? readEnvelope(exchange) : readPathForm(exchange, modelInPath);

function readEnvelope({ request }: Authenticated): RunRequest | Refusal {
  if (request.method !== 'POST')
    return new Refusal('methodNotAllowed', { message: 'Use POST to run a model.', allow: 'POST' });
  const envelope = readRun(request.body);
  if (isRefusal(envelope)) return envelope;
  const { model, pin, input, background, hasWebhook } = envelope;
  if (model === null) return invalid('"model" is required and must be a string.', 'model');
  if (input === null) return invalid('"input" is required and must be an object.', 'input');
  if (background)
    return new Refusal('notServed', {
      message:
        'Background runs are not part of this version. Leave "options.background" out and wait for the answer.',
    });
  if (hasWebhook) return invalid('"webhookUrl" and "webhookFormat" need "background": true.', 'options');
  return { name: model, pin, input };
}

function readPathForm({ request }: Authenticated, model: string): RunRequest | Refusal {
  if (request.method !== 'POST')
    return new Refusal('methodNotAllowed', { message: 'Use POST to run a model.', allow: 'POST' });
  return { name: model, pin: null, input: request.body };
}

const invalid = (message: string, field: string) =>
  new Refusal('invalidRequest', { message, path: ['body', field] });

const EMBEDS = /embed|bge-|\be5-/i;

/**
 * Which format an input is written in, and its answer with it. Null: none that we know.
 *
 * @param members the names of the input's own.
 */
export function runFormat(
  members: ReadonlySet<string>,
  { provider, model }: ModelTarget,
): UnifiedFormat | null {
  if (members.has('messages'))
    return provider.serves['anthropic-messages'] && !provider.serves['openai-chat']
      ? 'anthropic-messages'
      : 'openai-chat';
  if (!members.has('input')) return null;
  return EMBEDS.test(model) ? 'embeddings' : 'openai-responses';
}
