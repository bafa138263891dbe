import { isRefusal, Refusal } from '../errors/refusal.ts';
import { type Answer, refusalBody, refusalHeaders, type Story } from './answer.ts';
import { answerQuestion } from './answer-question.ts';
import { settleCircuits } from './call/circuits.ts';
import type { Planned, Progress, Target, Way } from './exchange.ts';
import type { InboundRequest } from './inbound-request.ts';
import { reserveFunds } from './money/reserve-funds.ts';
import type { Ports } from './ports.ts';
import { admit, refusalOf } from './stages/admit.ts';
import { authenticate } from './stages/authenticate.ts';
import { callSteps, type TriedStep, type TriedSteps } from './stages/call.ts';
import { PROMPT_INSPECTION, pass } from './stages/checks.ts';
import { load } from './stages/load.ts';
import { lookUpCache } from './stages/look-up-cache.ts';
import { plan } from './stages/plan.ts';
import { open, read } from './stages/read.ts';
import { settleRefusal } from './stages/settle.ts';
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
    if (authenticated.endpoint.kind === 'catalogue') {
      const answer = await answerQuestion(authenticated, authenticated.endpoint.question, ports);
      return isRefusal(answer) ? refuse(answer) : answer;
    }
    const onWay = (way: Way) => {
      story = { ...authenticated, way };
    };
    const planned = await plan(authenticated, ports, onWay); //            4 plan
    if (isRefusal(planned)) return refuse(planned);
    story = planned;
    target = planned.steps[0].target;
    const [admission, funds, found] = await Promise.all([
      admit(planned, ports), //                                            5 admit
      reserveFunds(planned.steps[0], planned.id, ports),
      lookUpCache(planned.steps[0], ports), //                             6 look up cache
    ]);
    const admitted = { ...planned, admission, funds };
    story = admitted;
    const denied = refusalOf(admission);
    if (denied) {
      await planned.way?.giveBack();
      return refuse(denied);
    }
    const objection = found.answer ? null : await pass(PROMPT_INSPECTION, admitted, ports); // 7 inspect prompt
    if (objection) return refuse(objection);
    const tried = await callSteps(admitted, found, progress, ports); //    8 call, 9 stream out
    const answer = answerOf(admitted, tried, ports); //                    10 settle
    return settlingCircuits(answer, admitted, tried, ports);
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

/** The step's result as the answer; settling it settles the other steps that were tried as well. */
function answerOf({ endpoint }: Planned, { last, others }: TriedSteps, ports: Ports): Answer {
  const given = answered(last, ports);
  const answer = endpoint.kind === 'run' ? inRunEnvelope(given, last.step.target) : given;
  const { way, target, index } = last.step;
  if (endpoint.kind !== 'universal' && !way) return answer;
  const headers = new Map(answer.headers).set('cf-aig-step', [String(index)]);
  if (way) {
    headers.set('cf-aig-provider', [target.provider.slug]);
    if (target.model !== null) headers.set('cf-aig-model', [headerText(target.model)]);
  }
  return {
    ...answer,
    headers,
    settle: async () => {
      await Promise.all([answer.settle(), ...others.map((step) => answered(step, ports).settle())]);
    },
  };
}

/** A model's name comes from a route, which may hold anything; a header may not. */
const headerText = (text: string) => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 256);

/** Settling the answer waits for the circuits as well, where the gateway has any. */
function settlingCircuits(
  answer: Answer,
  { gateway }: Planned,
  { last, others }: TriedSteps,
  ports: Ports,
): Answer {
  if (gateway.settings.circuit_breaker == null) return answer;
  const targets = [...others, last].map(({ step }) => step.target);
  const settle = async () =>
    void (await Promise.all([answer.settle(), settleCircuits(gateway, targets, ports)]));
  return { ...answer, settle };
}

function answered({ exchange, step, progress, result }: TriedStep, ports: Ports): Answer {
  return isRefusal(result) ? refused(exchange, result, step.target, progress, ports) : result;
}
