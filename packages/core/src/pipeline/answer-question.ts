import { Refusal } from '../errors/refusal.ts';
import type { CatalogueQuestion } from '../ports/translation.ts';
import { type Answer, gatewayHeaders } from './answer.ts';
import type { Authenticated } from './exchange.ts';
import type { Ports } from './ports.ts';

/** The catalogue of models (spec 1.3): no provider is called, so there is nothing to record. */
export async function answerQuestion(
  exchange: Authenticated,
  question: CatalogueQuestion,
  ports: Pick<Ports, 'translation'>,
): Promise<Answer | Refusal> {
  const { method, rawQuery } = exchange.request;
  if (method !== 'GET' && method !== 'HEAD')
    return new Refusal('methodNotAllowed', { message: 'Use GET.', allow: 'GET, HEAD' });
  const found = (await ports.translation.load()).catalogue(question, rawQuery);
  if (found === null) return new Refusal('notFound', { message: 'The catalogue has no model of this name.' });
  const headers = gatewayHeaders(exchange);
  headers.delete('cf-aig-log-id');
  headers.set('content-type', ['application/json']);
  return { status: 200, headers, body: Buffer.from(JSON.stringify(found)), settle: async () => undefined };
}
