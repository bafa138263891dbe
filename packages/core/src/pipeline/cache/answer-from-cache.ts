import type { ClientDialectName } from '../../dialects/client-dialect.ts';
import { headerMap } from '../../http/header-map.ts';
import { formatDollars, NO_MONEY } from '../../money/micros.ts';
import type { CachedAnswer } from '../../ports/response-cache.ts';
import { type Answer, gatewayHeaders } from '../answer.ts';
import type { Planned, Progress, Step } from '../exchange.ts';
import { COST_HEADER } from '../money/bill.ts';
import type { Ports } from '../ports.ts';
import { settleAnswer } from '../stages/settle.ts';
import type { CachePlan } from './cache-plan.ts';

/**
 * A stored answer as the answer to this request: status, content type and body as they were, and how old they are. Null:
 * what is stored under the caller's own key answers another kind of request, so this one is a miss.
 */
export async function answerFromCache(
  exchange: Planned,
  { target }: Step,
  plan: CachePlan,
  cached: CachedAnswer,
  progress: Progress,
  ports: Ports,
): Promise<Answer | null> {
  const shaped = await inShape(plan, cached, ports);
  if (shaped === null) return null;
  const { status, headers: kept, body, storedAt } = shaped;
  const now = ports.clock.now();
  const headers = new Map(headerMap(kept));
  for (const [name, values] of gatewayHeaders(exchange)) headers.set(name, values);
  headers.set('cf-aig-cache-status', ['HIT']);
  headers.set('weir-cache-key', [plan.key]);
  headers.set(COST_HEADER, [formatDollars(NO_MONEY)]);
  headers.set('age', [String(Math.max(0, Math.floor((now - storedAt) / 1000)))]);
  progress.firstByteAt = now;
  const delivered = {
    target,
    status,
    headers: headerMap(kept),
    bytes: body,
    isComplete: true,
    size: body.length,
    streamed: /event-?stream/i.test(headers.get('content-type')?.[0] ?? ''),
    fault: null,
    cached: true,
  };
  return { status, headers, body, settle: () => settleAnswer(exchange, delivered, progress, ports) };
}

const CONVERTED: readonly string[] = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
] satisfies readonly ClientDialectName[];
const isConverted = (form: string): form is ClientDialectName => CONVERTED.includes(form);

/** Under a named key a stream may be asked for where a whole answer is kept, and the other way round. */
async function inShape(
  { asked }: CachePlan,
  cached: CachedAnswer,
  ports: Pick<Ports, 'translation'>,
): Promise<CachedAnswer | null> {
  if (asked === null) return cached;
  const { form, asStream, body: request } = asked;
  if (cached.form !== form) return null;
  if (cached.asStream === asStream) return cached;
  if (!isConverted(form)) return null;
  const translator = await ports.translation.load();
  const body = translator.reshape({ dialect: form, request, answer: cached.body, asStream });
  if (body === null) return null;
  const type = asStream ? 'text/event-stream; charset=utf-8' : 'application/json';
  const others = cached.headers.filter(([name]) => name !== 'content-type');
  return { ...cached, asStream, body, headers: [...others, ['content-type', type]] };
}
