import { canServe, findServed } from '../catalogue/index.ts';
import { type Fault, fault } from '../form/fault.ts';
import { type ModelRequest, nameOf } from '../form/request.ts';

/** What the catalogue knows that the model cannot do for this request, before anybody is asked. Unknown models pass. */
export function cannotServe(slug: string, model: string, request: ModelRequest): Fault | null {
  const known = findServed(slug, model);
  if (!known) return null;
  const { maxTokens } = request.parameters;
  const said = canServe(known, {
    endpoint: 'chat',
    images: holdsImage(request),
    tools: request.tools.some(({ kind }) => kind === 'function' || kind === 'custom'),
    ...(maxTokens === undefined ? {} : { maxTokens }),
  });
  return said === null ? null : fault(pathOf(said, request), said);
}

const holdsImage = ({ messages }: ModelRequest) =>
  messages.some(({ role, content }) => role === 'user' && content.some((block) => block.kind === 'image'));

/** Too long an answer is the one fault that has a field of its own. */
const pathOf = (said: string, request: ModelRequest) =>
  said.includes('room for') ? nameOf(request, 'maxTokens').split('.') : ['model'];
