import { isJson } from '../../form/json.ts';
import type { Field } from '../request-field.ts';

/** OpenAI's embeddings request, as far as other providers can follow it. */
export interface EmbeddingsRequest {
  readonly texts: readonly string[];
  readonly encoding: 'float' | 'base64';
  readonly dimensions: number | undefined;
  /** As the client named it. */
  readonly model: string | undefined;
  /** What the text is for: Cohere's `input_type`, Google's `task_type`. Not OpenAI's, but taken where it is understood. */
  readonly purpose: string | undefined;
  /** Cohere's. */
  readonly truncate: string | undefined;
  /** Fields that no other provider has, and such as nobody knows. */
  readonly dropped: readonly string[];
}

const READ = ['model', 'input', 'encoding_format', 'dimensions', 'input_type', 'task_type', 'truncate'];

export function readRequest(body: Field): EmbeddingsRequest {
  const given = Object.entries(body.object());
  return {
    texts: readInput(body.at('input')),
    encoding: body.optional('encoding_format', (it) => it.oneOf(['float', 'base64'])) ?? 'float',
    dimensions: body.optional('dimensions', (it) => it.count(1)),
    model: body.optional('model', (it) => it.text()),
    purpose: body.optional('input_type', (it) => it.text()) ?? body.optional('task_type', (it) => it.text()),
    truncate: body.optional('truncate', (it) => it.text()),
    dropped: given.filter(([key, value]) => !READ.includes(key) && value !== null).map(([key]) => key),
  };
}

function readInput(input: Field): string[] {
  if (!Array.isArray(input.value)) return [input.text()];
  const items = input.list();
  if (items.length === 0) input.fail('This must hold at least one text.');
  return items.map((item) => {
    if (typeof item.value === 'number' || Array.isArray(item.value))
      input.fail('Tokens mean something to the model of one provider only. Send the text itself.');
    if (isJson(item.value)) item.fail('Only texts can be embedded here. Send a string.');
    return item.text();
  });
}
