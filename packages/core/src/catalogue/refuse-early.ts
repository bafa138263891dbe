import { type Fault, fault } from '../form/fault.ts';
import { type ModelRequest, nameOf } from '../form/request.ts';
import { canServe } from './can-serve.ts';
import { findServed } from './catalogue.ts';

/**
 * What the catalogue knows cannot work, before a provider is asked: it names the field that asks for it. Null: it can, or
 * nobody knows.
 * @param slug the provider's
 * @param model as the provider knows it
 */
export function refuseEarly(request: ModelRequest, slug: string, model: string): Fault | null {
  const known = findServed(slug, model);
  if (!known) return null;
  const { maxTokens } = request.parameters;
  const parts: readonly (readonly [path: readonly string[], sentence: string | null])[] = [
    [['model'], canServe(known, { endpoint: 'chat' })],
    [['messages'], showsImages(request) ? canServe(known, { endpoint: 'chat', images: true }) : null],
    [['tools'], offersTools(request) ? canServe(known, { endpoint: 'chat', tools: true }) : null],
    [
      [nameOf(request, 'maxTokens')],
      maxTokens === undefined ? null : canServe(known, { endpoint: 'chat', maxTokens }),
    ],
  ];
  for (const [path, sentence] of parts) if (sentence !== null) return fault(path, sentence);
  return null;
}

/** What the user shows, also in a tool's result; what a model drew itself is another matter. */
const showsImages = ({ messages }: ModelRequest) =>
  messages.some(
    ({ role, content }) =>
      role === 'user' &&
      content.some(
        (block) =>
          block.kind === 'image' ||
          (block.kind === 'tool-result' && block.content.some(({ kind }) => kind === 'image')),
      ),
  );

const offersTools = ({ tools, parameters }: ModelRequest) =>
  tools.some(({ kind }) => kind === 'function' || kind === 'custom') &&
  parameters.toolChoice?.kind !== 'none';
