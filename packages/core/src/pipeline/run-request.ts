import { isRefusal, Refusal } from '../errors/refusal.ts';
import { type Answer, gatewayHeaders, refusalBody, refusalHeaders, type Story } from './answer.ts';
import type { Authenticated, Progress, Target } from './exchange.ts';
import type { InboundRequest } from './inbound-request.ts';
import { listModels } from './list-models.ts';
import type { Ports } from './ports.ts';
import { authenticate } from './stages/authenticate.ts';
import { call } from './stages/call.ts';
import { ADMISSION, PROMPT_INSPECTION, pass } from './stages/checks.ts';
import { load } from './stages/load.ts';
import { lookUpCache } from './stages/look-up-cache.ts';
import { plan } from './stages/plan.ts';
import { open, read } from './stages/read.ts';
import { settleRefusal } from './stages/settle.ts';
import { streamOut } from './stages/stream-out.ts';
import { inRunEnvelope } from './stream-out/run-envelope.ts';

/**
 * One request through the ten stages of the data plane. Always resolves to an answer, and the answer's `settle` leaves
 * exactly one record (unless logs are off).
 */
export async function runRequest(request: InboundRequest, ports: Ports): Promise<Answer> {
  const progress: Progress = { attempts: [], firstByteAt: null };
  let story: Story = open(request, ports);
  let target: Target | null = null;
  const refuse = (refusal: Refusal) => refused(story, refusal, target, progress, ports);
  try {
    const known = read(story); //                                          1 read
    if (isRefusal(known)) return refuse(known);
    story = known;
    const loaded = await load(known, ports); //                            2 load
    if (isRefusal(loaded)) return refuse(loaded);
    story = loaded;
    const authenticated = await authenticate(loaded, ports); //            3 authenticate
    if (isRefusal(authenticated)) return refuse(authenticated);
    story = authenticated;
    if (authenticated.endpoint.kind === 'models') {
      if (request.method !== 'GET' && request.method !== 'HEAD')
        return refuse(new Refusal('methodNotAllowed'));
      return answerModels(authenticated, ports);
    }
    const planned = await plan(authenticated, ports); //                   4 plan
    if (isRefusal(planned)) return refuse(planned);
    story = planned;
    target = planned.targets[0];
    const [denied, cached] = await Promise.all([
      pass(ADMISSION, planned, ports), //                                  5 admit
      lookUpCache(planned, ports), //                                      6 look up cache
    ]);
    if (denied) return refuse(denied);
    const objection = cached ? null : await pass(PROMPT_INSPECTION, planned, ports); // 7 inspect prompt
    if (objection) return refuse(objection);
    const called = cached ? { target, answer: cached } : await call(planned, progress, ports); // 8 call
    if (isRefusal(called)) return refuse(called);
    const answer = await streamOut(planned, called, progress, ports); //   9 stream out, 10 settle
    if (isRefusal(answer)) return refuse(answer);
    return planned.endpoint.kind === 'run' ? inRunEnvelope(answer, called.target) : answer;
  } catch (cause) {
    ports.faults.report('a request failed in the gateway', cause, story.id);
    return refuse(new Refusal('internal', { cause }));
  }
}

function refused(
  story: Story,
  refusal: Refusal,
  target: Target | null,
  progress: Progress,
  ports: Ports,
): Answer {
  const headers = refusalHeaders(story, refusal);
  const body = refusalBody(story, refusal);
  progress.firstByteAt = ports.clock.now();
  return {
    status: refusal.entry.status,
    headers,
    body,
    settle: () => settleRefusal(story, refusal, body, headers, target, progress, ports),
  };
}

/** Our own list: no provider is called, so there is nothing to record. */
function answerModels(exchange: Authenticated, ports: Pick<Ports, 'baseUrls'>): Answer {
  const headers = gatewayHeaders(exchange);
  headers.delete('cf-aig-log-id');
  headers.set('content-type', ['application/json']);
  return {
    status: 200,
    headers,
    body: listModels(exchange.surface, ports.baseUrls),
    settle: async () => undefined,
  };
}
